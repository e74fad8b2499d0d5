// `npm run claims`: each sentence in the claims tables of README.md and SECURITY.md names a test that shows it, and the test exists;
// and so does every file that a page of documentation names.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './bundle.ts'
import { listFolder } from './files.ts'

/** A sentence that people are asked to believe, and the cell beside it. */
interface Claim {
  readonly page: string
  readonly sentence: string
  readonly shownBy: string
}

/** The claims that no test shows, each with the reason; none if all is well. @param root - folder of the project */
export function findEmptyClaims(root: string): string[] {
  const faults = PAGES.flatMap((page) => {
    const claims = readClaims(root, page)
    if (claims.length === 0) return [`${page} has no table of claims`]
    return claims.flatMap((claim) => findFault(root, claim) ?? [])
  })
  return [...faults, ...NAMING.flatMap((page) => findMissing(root, page))]
}

/** Titles of the tests in a file, as far as they are literals, and the number of calls of `test`. */
export function readTests(
  source: string,
  isTranscript: boolean,
): { readonly titles: string[]; readonly count: number } {
  if (isTranscript) {
    const titles = Array.from(source.matchAll(/^# (.*)$/gm), ([, title = '']) => title).slice(0, 1)
    return { titles, count: /^(! )?exec /m.test(source) ? titles.length : 0 }
  }
  const code = source.replace(/\/\*.*?\*\//gs, '')
  const count = Array.from(code.matchAll(/^\s*test(?!\.(?:skip|todo))(?:\.\w+)*[<(]/gm)).length
  const titles = Array.from(
    code.matchAll(/(?:^\s*test(?!\.(?:skip|todo))(?:\.\w+)*|^.*\))\(\s*(['"`])((?:\\.|(?!\1).)*)\1\s*,/gm),
    ([, , title = '']) => title.replace(/\\(.)/g, '$1'),
  )
  return { titles, count }
}

/** The rows of every table on a page whose last column is headed `test`. */
function readClaims(root: string, page: string): Claim[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n')
  const claims: Claim[] = []
  let isClaims = false
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith('|')) isClaims = false
    else if (/^\|[\s|:-]+\|$/.test(line)) isClaims = cellsOf(lines[at - 1] ?? '').at(-1) === 'test'
    else if (isClaims) {
      const [sentence = '', shownBy = ''] = cellsOf(line)
      claims.push({ page, sentence, shownBy })
    }
  }
  return claims
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

function findFault(root: string, { page, sentence, shownBy }: Claim): string | undefined {
  const names = namesIn(shownBy)
  const about = `${page}: “${sentence}”`
  if (names.length === 0) return `${about} names no test`
  for (const name of names) {
    const [path = '', title] = name.split(' › ')
    if (!existsSync(join(root, path))) return `${about} names ${path}, which does not exist`
    const tests = testsIn(root, path)
    if (isTest(path) && tests.count === 0) return `${about} names ${path}, in which there is no test`
    if (title !== undefined && !tests.titles.includes(title))
      return `${about} names “${title}”, which is no test in ${path}`
  }
  return names.some((name) => isTest(name)) ? undefined : `${about} names nothing that is a test`
}

/** The files and folders of this project that a page mentions and that do not exist. */
function findMissing(root: string, page: string): string[] {
  if (!existsSync(join(root, page))) return []
  const paths = namesIn(readFileSync(join(root, page), 'utf8')).map((name) => name.split(' › ')[0] ?? '')
  const missing = paths.filter((path) => OWN_PATH.test(path) && !existsSync(join(root, path)))
  return [...new Set(missing)].map((path) => `${page} names ${path}, which does not exist`)
}

/** The pieces of a text between backquotes. */
function namesIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`\n]+)`/g), ([, name = '']) => name)
}

function isTest(name: string): boolean {
  return name.startsWith('test/')
}

/** The tests of one file, or of all files of a folder. */
function testsIn(root: string, path: string): { readonly titles: string[]; readonly count: number } {
  const isFolder = statSync(join(root, path)).isDirectory()
  const files = isFolder ? listFolder(join(root, path)).map((file) => join(path, file)) : [path]
  const all = files
    .filter((file) => TEST_FILES.test(file))
    .map((file) => readTests(readFileSync(join(root, file), 'utf8'), file.endsWith('.txt')))
  return { titles: all.flatMap(({ titles }) => titles), count: all.reduce((sum, { count }) => sum + count, 0) }
}

/** Files that the test runner takes, and the transcripts that test/cli/transcripts.test.ts runs. */
const TEST_FILES = /\.test\.tsx?$|^test\/cli\/transcripts\/[^/]+\.txt$/

/** The pages whose tables need a test for every claim. */
const PAGES = ['README.md', 'SECURITY.md']

/** The pages that name files in their text. Decisions are not among them: they name the files of their day. */
const NAMING = [
  ...PAGES,
  'CONTRIBUTING.md',
  'test/vectors/README.md',
  ...['architecture', 'attacks', 'dependencies', 'operations', 'protocol', 'storage', 'verify', 'without-us'].map(
    (name) => `docs/${name}.md`,
  ),
]

/** A path from the top of the project, without wildcards. */
const OWN_PATH = /^(?:bench|cli|client|docs|drill|protocol|reference|test|tools|web|worker)\/[\w./-]*$/

if (import.meta.main) {
  const faults = findEmptyClaims(ROOT)
  for (const fault of faults) console.error(fault)
  console.log(faults.length === 0 ? 'Every claim names a test that is there.' : `${faults.length} claims are empty.`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
