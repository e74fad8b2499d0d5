import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { listFolder } from '../../tools/files.ts'

const FOLDERS = ['bench', 'cli', 'client', 'docs', 'protocol', 'tools', 'web', 'worker']
const PAGES = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'wrangler.toml', '.ci/run']

/** A command by which npm, or another package manager, fetches and runs a package; then its name. */
const FETCHED =
  /\b(?:npx|bunx|npm (?:exec|x|i|install|init|create)|pnpm (?:dlx|add)|yarn (?:dlx|add|global add))((?: +--?[\w-]+(?:=\S+)?)*) +(@?[\w./-]+)/g

test('nobody is told to have npm fetch a package under a name that anyone could register', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const locked = new Set(Object.keys({ ...dependencies, ...devDependencies }))
  const told = [...PAGES, ...FOLDERS.flatMap((folder) => listFolder(ROOT + folder).map((path) => `${folder}/${path}`))]
    .filter((path) => /(?:\.(?:md|tsx?|js|html|json|toml|txt)|\/run)$/.test(path))
    .flatMap((path) =>
      Array.from(readFileSync(ROOT + path, 'utf8').matchAll(FETCHED), ([line, , name = '']) => ({ path, line, name })),
    )
  expect(told.map(({ name }) => name)).toContain('wrangler')
  expect(told.filter(({ name }) => !locked.has(name))).toEqual([])
})
