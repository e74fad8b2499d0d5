/**
 * The attacker of a passphrase, and how often it is tried: `ten` for a link, which its server ends after ten wrong ones;
 * `any` for a vault or a file, where a thief tries as often as their machines can.
 */
export type Tries = 'ten' | 'any'

/** `hopeless`: among the first that anybody tries. `weak`: found by an attacker who takes the time. */
export type Strength = 'hopeless' | 'weak' | 'fair'

/**
 * How well a passphrase holds that a person chose: by its length, after all is taken off that costs a guesser nothing. It knows no
 * dictionary, and promises nothing of what it calls fair. docs/decisions/0036-a-least-passphrase.md.
 */
export function judgePassphrase(passphrase: string, tries: Tries): Strength {
  const text = passphrase.normalize('NFKC').toLowerCase()
  const base = text.replace(/^[\d\W_]+(?=\p{L})/u, '').replace(/(?<=\p{L})[\d\W_]+$/u, '')
  const letters = Array.from(repeated(text))
  const least = tries === 'ten' ? LEAST_FOR_TEN : LEAST
  const length = letters.reduce((sum, letter) => sum + (isSyllable(letter) ? 2 : 1), 0)
  if (length < least || isRun(text) || COMMON.has(text) || COMMON.has(plain(base))) return 'hopeless'
  const isOfFew = new Set(letters).size < LEAST_DIFFERENT || /^[\d\s./-]+$/.test(text)
  return length < FAIR || isOfFew ? 'weak' : 'fair'
}

/** The part that is repeated to the end, once: `abc` for `abcabcab`. */
function repeated(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length)
    if (text === unit.repeat(Math.ceil(text.length / length)).slice(0, text.length)) return unit
  }
  return text
}

/** Whether it goes along the alphabet, the digits or a row of keys, in either direction. */
function isRun(text: string): boolean {
  const backwards = Array.from(text).toReversed().join('')
  return RUNS.some((run) => run.includes(text) || run.includes(backwards))
}

/** One of a script that writes a syllable or a word with it. */
function isSyllable(letter: string): boolean {
  return /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(letter)
}

/** Without what stands for letters. */
function plain(text: string): string {
  return text.replaceAll(/[013457@$!]/g, (sign) => LOOKALIKES[sign] ?? sign)
}

/** Least lengths, in characters. NIST SP 800-63B-4 §3.1.1.2: eight beside another factor, which the device or the link is. */
const LEAST = 8
const LEAST_FOR_TEN = 4
const FAIR = 12
const LEAST_DIFFERENT = 5

const RUNS: readonly string[] = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789012345678901234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1q2w3e4r5t6z7u8i9o0p',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
]

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/**
 * The most common entries in lists of stolen passwords, without runs and repetitions. Digits and signs around them make them
 * no better.
 */
const COMMON: ReadonlySet<string> = new Set(
  (
    'password passwort passphrase passw0rd motdepasse contraseña wachtwoord iloveyou letmein welcome willkommen monkey dragon ' +
    'football baseball basketball princess sunshine superman batman master shadow trustno trustnoi starwars whatever admin ' +
    'administrator login secret geheim hallo hello test testing changeme default access michael jennifer jordan charlie ' +
    'computer internet google facebook samsung pokemon liverpool arsenal chelsea summer winter spring autumn sommer herbst ' +
    'cheese flower freedom hunter killer pepper soccer hockey ranger buster thomas robert daniel andrew jessica ashley ' +
    'nicole babygirl lovely password1 abc123 qwerty asdf zxcvbn correcthorsebatterystaple sealdrop'
  ).split(' '),
)
