# bash completion for jamey, from bash 3.2 on. bash cuts words at = and : and wants what follows the last cut.
_jamey() {
  local word line kept cut=0 i
  local current=${COMP_WORDS[COMP_CWORD]}
  local -a words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} > 0)) && { ((cut)) || [[ $word == [=:] ]]; }; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == [=:] ]]; then cut=1; else cut=0; fi
  done
  ((${#words[@]} > 0)) || return 0
  if ((cut)); then current=""; fi
  kept=${words[${#words[@]} - 1]}
  kept=${kept%"$current"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :none) ;;
      :files | :folders)
        local option=-f quotes=0
        # An older bash does not quote what it puts on the line, and would read it as commands.
        compopt -o filenames 2>/dev/null || quotes=1
        if [[ $line == :folders ]]; then option=-d; fi
        while IFS= read -r word; do
          if ((quotes)); then printf -v word %q "$word"; fi
          COMPREPLY+=("$word")
        done < <(compgen "$option" -- "$current")
        ;;
      *)
        word=${line%%$'\t'*}
        COMPREPLY+=("${word#"$kept"}")
        ;;
    esac
  done < <("$1" __complete "$((${#words[@]} - 1))" "${words[@]}" 2>/dev/null)
}
complete -F _jamey jamey
