# fish completion for jamey
function __jamey_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($program __complete (count $words) $words "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :folders
                __fish_complete_directories "$current"
            case :none
            case '*'
                echo $line
        end
    end
end
complete -c jamey -f -a '(__jamey_complete)'
