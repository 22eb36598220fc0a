# PowerShell completion for jamey. Answering nothing leaves file names to PowerShell itself.
Register-ArgumentCompleter -Native -CommandName jamey -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements)
    $program = $elements[0].Extent.Text
    $before = @($elements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim("'", '"') })
    & $program __complete $before.Count @before $wordToComplete 2>$null | ForEach-Object {
        $value, $meaning = $_ -split "\t", 2
        if ($value -notlike ':*') {
            if (-not $meaning) { $meaning = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $meaning)
        }
    }
}
