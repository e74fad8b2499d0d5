// Runs transcripts: text files in which every line is input, or a check of the output.
//
//   # a title, and other comments
//   exec COMMAND              run by sh; must end with 0
//   ! exec COMMAND            must end with another exit code
//   terminal exec COMMAND     the same with standard output and standard error on a terminal
//   answer 'TEXT'             typed at the next prompt of the next exec, which gets a terminal to ask on; ^C, ^D and the like are keys
//   answer FILE               the same with the text of a file
//   exit 3                    the exit code of the last exec
//   stdout, stderr, prompts 'REGEX'   matches the output of the last exec; after "!" it must not
//   cmp FILE FILE             two files are equal
//   env NAME=VALUE
//   -- NAME --                from here to the next such line: a file
//
// Any other word is a verb that the caller defines.
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  /** The folder for commands and files. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly verbs: Readonly<Record<string, () => Promise<void>>>
}

interface Run {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** The output on the terminal: prompts, and with `terminal` everything else. */
  readonly prompts: string
}

/**
 * @returns how many lines were run
 * @throws Error that names the line, with the output of the last command
 */
export async function runTranscript(transcript: string, { folder, env: given, verbs }: Place): Promise<number> {
  const [script = '', ...blocks] = transcript.split(/^-- (?=\S+ --$)/m)
  for (const block of blocks) {
    const [, name = '', contents = ''] = /^(\S+) --\n(.*)$/s.exec(block) ?? []
    writeFileSync(join(folder, name), contents)
  }
  const env = { ...given }
  let answers: string[] = []
  let last: Run = { exitCode: 0, stdout: '', stderr: '', prompts: '' }

  const step = async (line: string): Promise<boolean> => {
    const [, not, terminal, verb = '', rest = ''] = /^(! )?(terminal )?(\w+) ?(.*)$/.exec(line) ?? []
    const quoted = /^(['"])(.*)\1$/.exec(rest)?.[2] ?? rest
    switch (verb) {
      case 'exec':
        last = await execute(rest, { folder, env, answers, isSeen: terminal !== undefined })
        answers = []
        return (last.exitCode === 0) === (not === undefined)
      case 'answer':
        answers.push(quoted === rest ? readFileSync(join(folder, rest), 'utf8').trim() : keys(quoted))
        return true
      case 'exit':
        return last.exitCode === Number(rest)
      case 'stdout':
      case 'stderr':
      case 'prompts':
        return new RegExp(quoted, 'm').test(last[verb]) === (not === undefined)
      case 'cmp': {
        const [a, b] = rest.split(' ').map((name) => readFileSync(join(folder, name)))
        return b !== undefined && a?.equals(b) === true
      }
      case 'env':
        env[rest.replace(/=.*/, '')] = rest.replace(/^\w+=/, '')
        return true
      default:
        if (!Object.hasOwn(verbs, verb)) throw new Error(`no such verb: ${verb}`)
        await verbs[verb]?.()
        return true
    }
  }
  let count = 0
  for (const [index, line] of script.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    count++
    if (await step(line)) continue
    const { exitCode, stdout, stderr, prompts } = last
    throw new Error([`line ${index + 1}: ${line}`, `exit ${exitCode}`, stdout, stderr, prompts].join('\n'))
  }
  return count
}

interface Stage {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly answers: readonly string[]
  readonly isSeen: boolean
}

async function execute(command: string, { folder, env, answers, isSeen }: Stage): Promise<Run> {
  const takesTerminal = isSeen || answers.length > 0
  const [out, err] = ['out', 'err'].map((name) => join(folder, `.${name}`)) as [string, string]
  for (const file of [out, err]) writeFileSync(file, '')
  const staged = isSeen ? command : `{ ${command}\n} </dev/null >${out} 2>${err}`
  // util-linux, which every Linux has, brings a terminal: prompts are asked there, wherever the streams lead.
  const [program, ...args] = takesTerminal ? ['script', '-qec', staged, '/dev/null'] : ['/bin/sh', '-c', staged]
  const child = spawn(program ?? '', args, { cwd: folder, env: { ...env, SHELL: '/bin/sh' }, detached: true })
  const left = [...answers]
  let prompts = ''
  /** Length of the output up to the last answer. */
  let answered = 0
  const alarm = setTimeout(() => killGroup(child), 250_000)
  const exitCode = new Promise<number>((resolve, reject) =>
    child.on('close', (code) => resolve(code ?? -1)).on('error', reject),
  )
  child.stdin.on('error', () => undefined)
  if (!takesTerminal) child.stdin.end()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    prompts += text
    // A terminal may show a prompt in two pieces.
    if (left.length === 0 || !/:\s+$/.test(prompts.slice(answered))) return
    answered = prompts.length
    const answer = left.shift() ?? ''
    // A key that interrupts ends the input: nothing comes after it.
    child.stdin.write(['\x03', '\x1a'].some((key) => answer.endsWith(key)) ? answer : `${answer}\n`)
  })
  await exitCode
  clearTimeout(alarm)
  // Processes that a script left running end with it.
  killGroup(child)
  return { exitCode: await exitCode, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8'), prompts }
}

function keys(text: string): string {
  return text
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replace(/\^([A-Z])/g, (_, letter: string) => String.fromCharCode(letter.charCodeAt(0) - 64))
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group is gone already.
  }
}
