# bash completion of kalium: commands, the catalogue, options as --help lists them
_kalium() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p') --help --version" -- "$word")
        return
    fi
    case $before in
    -o | --output) mapfile -t COMPREPLY < <(compgen -d -- "$word") && return ;;
    --device) mapfile -t COMPREPLY < <(compgen -W "auto cpu cuda" -- "$word") && return ;;
    --to) mapfile -t COMPREPLY < <(compgen -W "lammps gromacs xyz extxyz vmd" -- "$word") && return ;;
    --structure | --forces) mapfile -t COMPREPLY < <(compgen -f -- "$word") && return ;;
    esac
    case ${COMP_WORDS[1]}:$word in
    *:-*)
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null |
            grep -o -- '^  -[-a-zA-Z, ]*' | grep -o -- '--[a-zA-Z-]*') --help" -- "$word")
        ;;
    check:* | match:* | build:* | energy:* | export:* | run:*)
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list 2>/dev/null | awk 'NR > 1 {print $1}')" -- "$word"
            compgen -f -X '!*.yaml' -- "$word")
        ;;
    import:*) mapfile -t COMPREPLY < <(compgen -d -- "$word"; compgen -f -X '!*.[ti][ot]p' -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _kalium kalium
