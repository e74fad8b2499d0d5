// `node tools/prose.ts [FOLDER…]`: sentences in comments and documents that put a relative clause in place of a noun.
// It prints each, and fails where a folder has more than two of a kind in 10,000 words.
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { ROOT } from './bundle.ts'
import { listSources } from './files.ts'

/** A piece of prose: one comment, one paragraph, one cell of a table. */
interface Passage {
  readonly text: string
  /** Offset of its first character in the file. */
  readonly start: number
}

/** A sentence that the rule refuses. */
export interface RefusedSentence {
  readonly kind: Kind
  /** Line in the file, from 1. */
  readonly line: number
  readonly sentence: string
}

export type Kind = keyof typeof PATTERNS

/** Sentences of each kind that a territory has, and its words. */
export interface Count {
  readonly words: number
  readonly found: Readonly<Record<Kind, number>>
}

/** Words and refused sentences of one file. @param path - decides how prose is told from code */
export function readProse(
  path: string,
  source: string,
): { readonly words: number; readonly findings: RefusedSentence[] } {
  const passages = (READERS[extname(path)] ?? (() => []))(source, path)
  const findings = passages.flatMap(({ text, start }) =>
    sentencesOf(text).flatMap(({ sentence, at }) =>
      KINDS.filter((kind) => PATTERNS[kind](sentence)).map((kind) => ({
        kind,
        line: lineAt(source, start + at),
        sentence: sentence.replaceAll(/\s+/g, ' '),
      })),
    ),
  )
  return { words: passages.reduce((sum, { text }) => sum + countWords(text), 0), findings }
}

/** The kinds of which a territory has more than it may. @param ceiling - while it is being rewritten: as many as it had */
export function kindsInExcess({ words, found }: Count, ceiling: Partial<Record<Kind, number>> = {}): Kind[] {
  const allowed = Math.floor((words * PER_TEN_THOUSAND) / 10_000)
  return KINDS.filter((kind) => found[kind] > Math.max(allowed, ceiling[kind] ?? 0))
}

/** Splits at full stops, question and exclamation marks; `at` is the offset of a sentence in its passage. */
function sentencesOf(text: string): { readonly sentence: string; readonly at: number }[] {
  return Array.from(text.matchAll(/[^\s](?:[^.!?]|[.!?](?![\s)”"']|$))*[.!?]*/g), ({ 0: sentence, index }) => ({
    sentence: sentence.trim(),
    at: index,
  }))
}

/** Comments of TypeScript and JavaScript. Line comments below each other are one passage, each tag of a doc comment is its own. */
function fromCode(source: string, path: string): Passage[] {
  const passages: { text: string; start: number; end: number }[] = []
  for (const { type, value, start, end } of parseSync(path, source).comments) {
    const last = passages.at(-1)
    // Blanks keep each character of the text at its offset.
    const text = `  ${value}`.replaceAll(/^[ \t]*\*(?=[ \t\n]|$)/gm, (stars) => ' '.repeat(stars.length))
    if (type === 'Line' && last !== undefined && /^[ \t]*\n[ \t]*$/.test(source.slice(last.end, start))) {
      last.text += ' '.repeat(start - last.end) + text
      last.end = end
    } else passages.push({ text, start, end })
  }
  return passages.flatMap(({ text, start }) => split(text, /@\w+(?:[ \t]+[\w.$[\]]+[ \t]+-)?|\n[ \t]*\n/g, start))
}

/** Paragraphs, items and cells of Markdown; not code, and not headings, which are titles and no sentences. */
function fromMarkdown(source: string): Passage[] {
  const text = source
    .replaceAll(/^```.*?^```/gms, blank)
    .replaceAll(/^#+ .*$/gm, blank)
    .replaceAll(/`[^`\n]*`/g, (code) => 'x'.repeat(code.length))
  return split(text, /\n[ \t]*\n|\n[ \t]*(?:[-*+]|\d+\.)[ \t]|\||^[ \t]*[-*+][ \t]/g, 0)
}

function fromBlockComments(source: string): Passage[] {
  return matches(source, /\/\*(.*?)\*\//gs, 2)
}

function fromHashComments(source: string): Passage[] {
  return matches(source, /^[ \t]*#(?!!)(.*(?:\n[ \t]*#.*)*)/gm, 1)
}

function fromHtml(source: string): Passage[] {
  return matches(source, /<!--(.*?)-->/gs, 4)
}

function matches(source: string, pattern: RegExp, skipped: number): Passage[] {
  return Array.from(source.matchAll(pattern), ({ 0: all, 1: text = '', index }) => ({
    text: text.replaceAll(/\n[ \t]*[#*]/g, (marks) => marks.replaceAll(/[#*]/g, ' ')),
    start: index + Math.max(skipped, all.indexOf(text)),
  }))
}

function split(text: string, at: RegExp, start: number): Passage[] {
  const passages: Passage[] = []
  let from = 0
  for (const { 0: mark, index } of text.matchAll(at)) {
    passages.push({ text: text.slice(from, index), start: start + from })
    from = index + mark.length
  }
  return [...passages, { text: text.slice(from), start: start + from }]
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}

function countWords(text: string): number {
  return text.match(/[A-Za-z][A-Za-z’'-]*/g)?.length ?? 0
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length
}

const READERS: Readonly<Record<string, (source: string, path: string) => Passage[]>> = {
  '.ts': fromCode,
  '.tsx': fromCode,
  '.js': fromCode,
  '.mjs': fromCode,
  '.md': fromMarkdown,
  '.css': fromBlockComments,
  '.pml': fromBlockComments,
  '.html': fromHtml,
  '.sh': fromHashComments,
  '.toml': fromHashComments,
  '.txt': fromHashComments,
}

/** “who” without a person before it. After verbs of saying and knowing it asks, and is English: “tells who wrote”. */
const BARE_WHO = new RegExp(
  [
    '(?:^|[:;(—] )(?:who|whom) [^ ]',
    '^whose [^ ]',
    '(?<!\\bregardless |\\bmatter |\\bdepend |\\bdepends |\\bquestion )\\b' +
      '(?:to|of|for|from|by|with|at|on|than|as|behind|between|beside|but|only|because|if|so|that|unless|when|where|while|what|' +
      'answers?|awaits?|gives?|have|helps?|hides?|keeps?|lets?|makes?|moves?|reach(?:es)?|refuses?|removes?|serves?|stops?)' +
      ' who\\b',
  ].join('|'),
  'i',
)

/** The kinds of sentence that are refused. A label of one word, such as a column's “what”, is none. */
const PATTERNS = {
  'What …': (sentence: string): boolean => /^\W*what\s+\S+\s/i.test(sentence) && !sentence.endsWith('?'),
  'bare who': (sentence: string): boolean => BARE_WHO.test(sentence) && !sentence.endsWith('?'),
  Whoever: (sentence: string): boolean => /\bwho(?:m|so)?ever\b/i.test(sentence),
} as const

const KINDS = Object.keys(PATTERNS) as Kind[]

/** Sentences of a kind per 10,000 words that are no habit yet. Well-kept code of native speakers has about 0.2. */
const PER_TEN_THOUSAND = 2

/** Folders that are still being rewritten, with what each has at most: these numbers only fall. */
const CEILINGS: Readonly<Record<string, Partial<Record<Kind, number>>>> = {
  all: { 'What …': 153 },
  web: { 'What …': 149, 'bare who': 6, Whoever: 19 },
}

/** The folder that is judged by itself: a top-level one, or one of `test/`. */
function territoryOf(path: string): string {
  return /^(?:test\/[^/]+|[^/]+)(?=\/)/.exec(path)?.[0] ?? '.'
}

function main(folders: readonly string[]): void {
  const counts = new Map<string, Count>()
  for (const path of listSources(ROOT)) {
    const { words, findings } = readProse(path, readFileSync(join(ROOT, path), 'utf8'))
    for (const territory of [territoryOf(path), 'all']) {
      const before = counts.get(territory)
      const found = Object.fromEntries(
        KINDS.map((kind) => [kind, (before?.found[kind] ?? 0) + findings.filter((one) => one.kind === kind).length]),
      ) as Record<Kind, number>
      counts.set(territory, { words: (before?.words ?? 0) + words, found })
    }
    if (folders.length === 0 || folders.some((folder) => path.startsWith(folder)))
      for (const { kind, line, sentence } of findings) console.log(`${path}:${line}: ${kind}: ${sentence}`)
  }
  console.log(`\n${'words'.padStart(24)}${KINDS.map((kind) => kind.padStart(10)).join('')}  (in 10,000 words)`)
  for (const [territory, count] of counts) {
    const cells = KINDS.map((kind) => String(count.found[kind]).padStart(10)).join('')
    const rates = KINDS.map((kind) => ((count.found[kind] * 10_000) / Math.max(1, count.words)).toFixed(1)).join(', ')
    const excess = kindsInExcess(count, CEILINGS[territory])
    console.log(
      `${territory.padEnd(16)}${String(count.words).padStart(8)}${cells}  (${rates})${excess.length === 0 ? '' : `  too many: ${excess.join(', ')}`}`,
    )
    if (excess.length > 0) process.exitCode = 1
  }
}

if (import.meta.main) main(process.argv.slice(2))
