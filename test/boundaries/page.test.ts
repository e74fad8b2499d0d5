import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { listSources } from '../../tools/files.ts'

// docs/architecture.md: inside web/, pages build on sending and reading, those on kit and platform, and no page on another.

/** The folders of web/ that a folder may import, besides itself. Modules at the top put the pages together. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  platform: ['copy'],
  // Of others it knows types alone: it has a sentence for each case.
  copy: ['platform', 'read', 'send', 'pages/link', 'pages/box'],
  kit: ['platform', 'copy'],
  send: ['kit', 'platform', 'copy'],
  read: ['kit', 'platform', 'copy'],
  'pages/link': ['send', 'read', 'kit', 'platform', 'copy'],
  'pages/box': ['send', 'read', 'kit', 'platform', 'copy'],
  'pages/write': ['send', 'read', 'kit', 'platform', 'copy'],
  published: ['kit', 'platform', 'copy'],
}

/** Imports of every form, those of types and late ones included. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return Array.from(text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g), ([, to = '']) =>
    normalize(join(dirname(path), to)),
  )
}

/** `pages/link`, `kit`, …; `''` for what lies at the top. */
function folderOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  if (first === 'pages') return `pages/${second}`
  return first.includes('.') ? '' : first
}

const sources = listSources(ROOT).filter((path) => /^web\/.*\.tsx?$/.test(path))

test('no page imports another, and nothing that pages share imports a page', () => {
  const faults = sources.flatMap((path) => {
    const folder = folderOf(path)
    const may = MAY_IMPORT[folder]
    if (may === undefined) return []
    return importsOf(path)
      .filter((to) => folderOf(to) !== folder && !may.includes(folderOf(to)))
      .map((to) => `${path} imports ${to}`)
  })
  expect(faults).toEqual([])
})

test('every folder that the rule is about is there, and imports are found in each', () => {
  for (const folder of Object.keys(MAY_IMPORT)) {
    const own = sources.filter((path) => folderOf(path) === folder)
    expect([folder, own.flatMap(importsOf).length > 0]).toEqual([folder, true])
  }
})
