# Completions of ddd-forge for fish, which asks the program what can follow.

function __ddd_forge_offered
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l offered (ddd-forge __complete (count $words) -- $words $current 2>/dev/null)
    if string match -q '/*' -- $offered
        __fish_complete_directories "$current" ''
    else if set -q offered[1]
        printf '%s\n' $offered
    end
end

complete -c ddd-forge -f -k -a '(__ddd_forge_offered)'
