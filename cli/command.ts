import { parseArgs } from 'node:util'
import { EXIT, Failure, type ExitCode } from './failure.ts'
import { useProxy } from './network/proxy.ts'

/** A command: how it is called, explained and run. */
export interface Command {
  /** The text of `sealdrop help COMMAND`; a command of a group that explains all of them has none. */
  readonly usage: string | undefined
  /** Names of its options, those left out that every command takes. */
  readonly options: readonly string[]
  /** Whether it only prints something: a reader who stops has seen enough, and nothing failed. */
  readonly isReport: boolean
  readonly run: (args: readonly string[]) => Promise<ExitCode>
}

/** Commands behind a first word. */
export interface CommandGroup {
  readonly usage: string
  readonly commands: Commands
  /** The sentences for a second word that is missing, or is none of them. */
  readonly misuse: { readonly missing: string; readonly unknown: string; readonly hint: string }
}

export type Commands = Readonly<Record<string, Command | CommandGroup>>

/** An option, as it is parsed and explained. */
export type Option = Flag | Value

export interface Flag extends Explained {
  readonly type: 'boolean'
  readonly default: false
}

export interface Value extends Explained {
  readonly type: 'string'
  /** The placeholder of the value in the explanation. */
  readonly placeholder: string
}

interface Explained {
  readonly short?: string
  /** Lines of the explanation. */
  readonly lines: readonly string[]
  /** Characters of the left column, where it is not `COLUMN`. */
  readonly column?: number
}

export type Options = Readonly<Record<string, Option>>

/** The arguments of a command, parsed. */
export type ParsedArgs<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>

/** A text in which lists of options, and of rows in their place, stand between paragraphs. */
export type UsageText<T extends Options> = readonly (string | readonly ((keyof T & string) | Row)[])[]

interface Row {
  readonly label: string
  readonly lines: readonly string[]
  readonly column?: number | undefined
}

interface Declaration<T extends Options> {
  readonly usage?: UsageText<T>
  readonly options: T
  /** The most arguments that are not options; 0 if left out. */
  readonly most?: number
  /** Whether an argument that begins as an option does is none. */
  readonly isOperand?: (text: string) => boolean
  /** Pairs of options that exclude each other. */
  readonly excludes?: readonly (readonly [keyof T & string, keyof T & string])[]
  /** Options that mean something only with another. */
  readonly needs?: readonly (readonly [option: keyof T & string, other: keyof T & string, sentence: string])[]
  readonly isReport?: boolean
  readonly run: (parsed: ParsedArgs<T>) => Promise<ExitCode>
}

export function command<const T extends Options>(declaration: Declaration<T>): Command {
  const { usage, options, isReport = false, run } = declaration
  return {
    get usage() {
      return usage && layOut(usage, options)
    },
    options: Object.keys(options),
    isReport,
    run: async (args) => run(parse(args, declaration)),
  }
}

/** The command to which the first words of a command line lead. */
export interface FoundCommand {
  /** `undefined` where a word is missing, or is none of a command. */
  readonly command: Command | undefined
  /** The words after its name. */
  readonly rest: readonly string[]
  readonly misuse: Failure
  /** The explanation of the command, or of the group to which its name leads. */
  readonly usage: string
}

/** The command that the first words name. */
export function findCommand(words: readonly string[], group: CommandGroup): FoundCommand {
  const [name = '', ...rest] = words
  const { commands, misuse, usage } = group
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined
  const failure = misused(name === '' ? misuse.missing : misuse.unknown, undefined, misuse.hint)
  if (found === undefined) return { command: undefined, rest, misuse: failure, usage }
  if ('commands' in found) return findCommand(rest, found)
  return { command: found, rest, misuse: failure, usage: found.usage ?? usage }
}

/** An option without a value. */
export function flag(...lines: readonly string[]): Flag {
  return { type: 'boolean', default: false, lines }
}

/** An option with a value. @param placeholder - `FILE` */
export function value(placeholder: string, ...lines: readonly string[]): Value {
  return { type: 'string', placeholder, lines }
}

/** A row of the explanation that is no option, or explains it once more. */
export function row(label: string, ...lines: readonly string[]): Row {
  return { label, lines }
}

/** The text of `sealdrop help`. */
export function layOut<T extends Options>(usage: UsageText<T>, options: T): string {
  const blocks = usage.map((block) =>
    typeof block === 'string'
      ? block
      : block.map((each) => formatRow(typeof each === 'string' ? rowOf(each, options[each]) : each)).join('\n'),
  )
  return `${blocks.join('\n\n')}\n`
}

/** The command was called in a way that it does not understand. */
export function misused(sentence: string, cause?: unknown, hint: string = HOW): Failure {
  return new Failure(sentence, { exitCode: EXIT.usage, hint, cause })
}

/**
 * Parses the arguments of a command, and heeds what all of them take: `--proxy`.
 * @throws Failure that repeats no argument: it may be a secret
 */
function parse<T extends Options>(args: readonly string[], declaration: Declaration<T>): ParsedArgs<T> {
  const { options, most = 0, isOperand = () => false, excludes = [], needs = [] } = declaration
  const known = { ...options, ...COMMON }
  let parsed: ParsedArgs<T>
  try {
    const config = {
      args: operandsLast(args, isOperand),
      options: known,
      allowPositionals: true,
      strict: true,
    } as const
    // Its type for these and one more option says nothing of these.
    parsed = parseArgs(config) as ParsedArgs<T>
  } catch (cause) {
    throw misused(describeMisuse(cause, known), cause)
  }
  const given: Readonly<Record<string, unknown>> = parsed.values
  const isGiven = (name: string): boolean => given[name] !== undefined && given[name] !== false
  if (typeof given['proxy'] === 'string') useProxy(given['proxy'])
  if (parsed.positionals.length > most) throw misused('too many arguments')
  for (const [one, other] of excludes)
    if (isGiven(one) && isGiven(other)) throw misused(`--${one} and --${other} exclude each other`)
  for (const [option, other, sentence] of needs) if (isGiven(option) && !isGiven(other)) throw misused(sentence)
  return parsed
}

function operandsLast(args: readonly string[], isOperand: (text: string) => boolean): string[] {
  const operands = args.filter((each) => each.startsWith('-') && isOperand(each))
  return operands.length === 0 || args.includes('--')
    ? [...args]
    : [...args.filter((each) => !operands.includes(each)), '--', ...operands]
}

function describeMisuse(error: unknown, options: Options): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const message = error instanceof Error ? error.message : ''
  // The messages of Node name the option; what was given as its value they leave out.
  const [option = 'an option'] = /--?[\w-]+/.exec(message) ?? []
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `there is no option ${option}`
  const [, name = ''] = /--([\w-]+)/.exec(message) ?? []
  switch (Object.hasOwn(options, name) ? options[name]?.type : undefined) {
    case 'boolean':
      return `option ${option} takes no value`
    case 'string':
      return `option ${option} takes a value`
    case undefined:
      return `option ${option} is not used that way`
  }
}

function rowOf(name: string, option: Option | undefined): Row {
  if (option === undefined) throw new TypeError('no such option')
  const short = option.short === undefined ? '' : `-${option.short}, `
  const placeholder = option.type === 'string' ? ` ${option.placeholder}` : ''
  return { label: `${short}--${name}${placeholder}`, lines: option.lines, column: option.column }
}

/** A label that is too long for its column has a line of its own. */
function formatRow({ label, lines, column = COLUMN }: Row): string {
  const indent = ' '.repeat(INDENT + column)
  const [first = '', ...rest] = lines
  const head = ' '.repeat(INDENT) + label.padEnd(column)
  return [
    ...(label.length < column ? [head + first] : [head.trimEnd(), indent + first]),
    ...rest.map((line) => indent + line),
  ].join('\n')
}

const COMMON = { proxy: value('URL') }

const HOW = 'sealdrop help COMMAND shows how a command is used'

/** Characters before a label, and of the column that it fills. */
const INDENT = 2
const COLUMN = 25
