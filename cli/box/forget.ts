import { agree, printJson, say } from '../terminal/terminal.ts'
import { chooseVault, forgetVault } from '../vault/vaults.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { command, type Command, flag, type ParsedArgs, value } from '../command.ts'

const OPTIONS = {
  box: value('NAME', 'which box, by its name or the beginning of its address'),
  yes: flag('do not ask; needed where there is no terminal'),
  json: flag('print {"forgotten"}'),
} as const

/** Deletes a box from this computer. On the server it stays, with its contents. */
export const boxForget: Command = command({
  usage: [
    `Usage: sealdrop box forget [--box NAME] [--yes] [--json]

Deletes a box from this computer. Only a backup or the phrase brings it back.
People can write to it until its keys end.`,
    ['box', 'yes', 'json'],
  ],
  options: OPTIONS,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { box, name } = chooseVault(values.box)
  await agree(values.yes, `Forget ${name} here? Only a backup, or the phrase, brings it back`)
  await forgetVault(box)
  if (values.json) await printJson({ forgotten: box })
  say(`forgot ${name}; on the server it stays until its keys end and its drops expire`)
  return EXIT.done
}
