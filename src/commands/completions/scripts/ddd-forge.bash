# Completions of ddd-forge for bash, which asks the program what can follow.

_ddd_forge() {
    local word glued="" value help
    local -a words=()
    # bash has made words of their own of `:` and `=`.
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ $word && ${#words[@]} -gt 1 && ( $glued || $word =~ ^[:=]+$ ) ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        if [[ $word =~ ^[:=]+$ ]]; then glued=yes; else glued=""; fi
    done
    # What stands before the last of them is not replaced.
    local last=$((${#words[@]} - 1)) breaks=${COMP_WORDBREAKS//[^:=]/} kept=""
    if [[ $breaks ]]; then
        word=${words[last]}
        kept=${word%"${word##*[$breaks]}"}
    fi
    COMPREPLY=()
    while IFS=$'\t' read -r value help; do
        case $value in
            /) _ddd_forge_directories "$2" ;;
            # It may go on.
            *:* | *=) COMPREPLY+=("${value#"$kept"}") ;;
            *) COMPREPLY+=("${value#"$kept"} ") ;;
        esac
    done < <(ddd-forge __complete "$last" -- "${words[@]}" 2>/dev/null)
}

_ddd_forge_directories() {
    local directory
    compopt -o filenames 2>/dev/null
    while IFS="" read -r directory; do
        COMPREPLY+=("$directory")
    done < <(compgen -d -- "$1")
}

complete -o nospace -F _ddd_forge ddd-forge
