/** The outcome of a typed line. */
export type TypedText =
  | { readonly state: 'typed'; readonly text: string }
  /** By the key that has a terminal send this signal. */
  | { readonly state: 'ended'; readonly by: 'SIGINT' | 'SIGQUIT' }

/**
 * Reads a line from a terminal that leaves all keys to us, and edits it as the terminal itself would: Backspace takes a
 * character, Ctrl-W a word, Ctrl-U the line; Ctrl-D ends it; Ctrl-C and Ctrl-\ end the command, Ctrl-Z suspends it. A Tab is
 * a character like others.
 * @param ahead - keys that were pressed before they were asked for: several answers may be pasted at once. The rest of them
 * stays there.
 * @param next - the next keys; `undefined` when there are no more.
 * @param suspend - returns when the command goes on.
 * @param keepsLines - whether what a terminal brackets as pasted is part of one answer, with the line ends in it.
 */
export async function readLine(
  ahead: string[],
  next: () => Promise<string | undefined>,
  suspend: () => Promise<void>,
  keepsLines = false,
): Promise<TypedText> {
  let line: string[] = []
  let left: Left = 'nothing'
  let sequence = ''
  let isPasting = false
  for (;;) {
    for (let key = ahead.shift(); key !== undefined; key = ahead.shift()) {
      const before: Left = left
      left = leftAfter(before, key)
      sequence = key === '\x1b' || before === 'nothing' ? key : sequence + key
      if (sequence === PASTE_BEGINS) isPasting = keepsLines
      if (sequence === PASTE_ENDS) isPasting = false
      if (before !== 'nothing' && key >= ' ' && !(before === 'all' && left === 'nothing')) continue
      if (isPasting && (key === '\r' || key === '\n')) {
        line.push('\n')
        continue
      }
      switch (key) {
        case '\r':
        case '\n':
        case CTRL_D:
          return { state: 'typed', text: line.join('') }
        case CTRL_C:
        case CTRL_BACKSLASH:
          return { state: 'ended', by: key === CTRL_C ? 'SIGINT' : 'SIGQUIT' }
        case CTRL_Z:
          // As a terminal does: text that was typed before it is not for the next program.
          ahead.length = 0
          line = []
          await suspend()
          break
        case CTRL_U:
          line = []
          break
        case CTRL_W:
          line = withoutWord(line)
          break
        case '\x7f':
        case '\b':
          line.pop()
          break
        default:
          if (key >= ' ' || key === '\t') line.push(key)
      }
    }
    const keys = await next()
    ahead.push(...Array.from(keys ?? CTRL_D))
  }
}

/** White space at the end, and the word before it. */
function withoutWord(line: readonly string[]): string[] {
  return Array.from(line.join('').replace(/\S*\s*$/u, ''))
}

/** The rest of an arrow or another key without a letter: it may come in pieces, and is no part of a secret. */
type Left = 'nothing' | 'all' | 'parameters' | 'letter'

function leftAfter(left: Left, key: string): Left {
  if (key === '\x1b') return 'all'
  // ECMA-48 §5.4: a sequence has no control characters.
  if (key < ' ') return 'nothing'
  switch (left) {
    case 'all':
      return key === '[' ? 'parameters' : key === 'O' ? 'letter' : 'nothing'
    case 'parameters':
      return /[@-~]/.test(key) ? 'nothing' : 'parameters'
    case 'letter':
    case 'nothing':
      return 'nothing'
  }
}

/** The marks that a terminal puts around pasted text when it was asked to. Defined by XTerm, "Bracketed Paste Mode". */
const PASTE_BEGINS = '\x1b[200~'
const PASTE_ENDS = '\x1b[201~'

const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_U = '\x15'
const CTRL_W = '\x17'
const CTRL_Z = '\x1a'
const CTRL_BACKSLASH = '\x1c'
