#compdef jamey
_jamey() {
  local line value meaning fallback
  local -a described
  for line in "${(@f)$("${words[1]}" __complete $((CURRENT - 2)) "${(@Q)words[2,-1]}" 2>/dev/null)}"; do
    case $line in
      :*) fallback=$line ;;
      *)
        value=${line%%$'\t'*}
        meaning=${line#*$'\t'}
        described+=("${value//:/\\:}:$meaning")
        ;;
    esac
  done
  if (( $#described )); then _describe -V jamey described; fi
  case $fallback in
    :files) _files ;;
    :folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _jamey ]]; then _jamey "$@"; else compdef _jamey jamey; fi
