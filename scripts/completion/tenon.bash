# Completion of tenon for bash. What there is to complete is asked of tenon itself: its help lists the
# commands, and the help of a command its options.

_tenon() {
    local current=${COMP_WORDS[COMP_CWORD]} words=
    local commands
    commands=$("${COMP_WORDS[0]}" help 2>/dev/null | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p')
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(cut -d' ' -f1 <<<"$commands")
    elif [[ $current == -* ]]; then
        local about=${COMP_WORDS[1]}
        [[ $commands != *"$about ${COMP_WORDS[2]}"* ]] || about+=" ${COMP_WORDS[2]}"
        # Without quotes: a name of two words is two arguments.
        words=$("${COMP_WORDS[0]}" help $about 2>/dev/null | grep -o -e '--[a-z][a-z-]*')
    elif [ "$COMP_CWORD" -eq 2 ]; then
        words=$(sed -n "s/^${COMP_WORDS[1]} //p" <<<"$commands")
        [ "${COMP_WORDS[1]}" != help ] || words=$(cut -d' ' -f1 <<<"$commands")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    [ "${#COMPREPLY[@]}" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _tenon tenon
