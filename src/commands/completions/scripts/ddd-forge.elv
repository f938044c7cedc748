# Completions of ddd-forge for elvish, which asks the program what can follow.

use str

set edit:completion:arg-completer[ddd-forge] = {|@words|
    var last = (- (count $words) 1)
    var offered = []
    try {
        set offered = [(ddd-forge __complete $last -- $@words 2>/dev/null)]
    } catch _ {
    }
    for line $offered {
        var parts = [(str:split "\t" $line)]
        var value = $parts[0]
        if (==s $value /) {
            edit:complete-filename $words[$last]
        } elif (or (str:contains $value ':') (str:has-suffix $value '=')) {
            edit:complex-candidate $value
        } else {
            edit:complex-candidate $value &code-suffix=' '
        }
    }
}
