#compdef ddd-forge
# Completions of ddd-forge for zsh, which asks the program what can follow.

_ddd-forge() {
    local line value help
    local -a offered done_words open_words
    offered=(${(f)"$(ddd-forge __complete $((CURRENT - 1)) -- \
        "${(@Q)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)"})
    for line in $offered; do
        value=${line%%$'\t'*} help=${line#*$'\t'}
        if [[ $value == / ]]; then
            compset -P '--*='
            _files -/
            return
        fi
        line=${value//:/\\:}${help:+:$help}
        # It may go on.
        if [[ $value == *:* || $value == *= ]]; then
            open_words+=($line)
        else
            done_words+=($line)
        fi
    done
    local found=1
    if (($#done_words)); then _describe 'ddd-forge' done_words && found=0; fi
    if (($#open_words)); then _describe 'ddd-forge' open_words -S '' && found=0; fi
    return found
}

if [[ $funcstack[1] == _ddd-forge ]]; then
    _ddd-forge "$@"
else
    compdef _ddd-forge ddd-forge
fi
