# Completions of ddd-forge for PowerShell, which asks the program what can follow.

Register-ArgumentCompleter -Native -CommandName 'ddd-forge', 'ddd-forge.exe' -ScriptBlock {
    param($current, $line, $cursor)
    $words = @($line.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursor } |
        ForEach-Object { $_.Extent.Text })
    $last = $words.Count
    if ($current) { $last -= 1 }
    # For a directory PowerShell looks itself, where nothing is offered.
    ddd-forge __complete $last '--' @words 2>$null | Where-Object { $_ -ne "/`t" } | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
