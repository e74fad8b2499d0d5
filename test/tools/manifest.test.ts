import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { headersAt, makeManifest, parseHeaders } from '../../tools/manifest.ts'

const RULES = ['/*\n  A: one\n  B: two\n', '/assets/*\n  ! B\n  B: three\n', '/exact\n  A: more\n'].join('\n')

test.for([
  ['/', { A: 'one', B: 'two' }],
  ['/assets', { A: 'one', B: 'two' }],
  ['/assets/x.js', { A: 'one', B: 'three' }],
  ['/exact', { A: 'one, more', B: 'two' }],
  ['/exactly', { A: 'one', B: 'two' }],
] as const)('%s carries what the rules add up to', ([path, headers]) => {
  expect(headersAt(parseHeaders(RULES), path)).toEqual(headers)
})

test.for([
  '/:name\n  A: one\n',
  'https://drop.example/*\n  A: one\n',
  '/a*b\n  A: one\n',
  '/*\n  A one\n',
  '/*\nA: one\n',
])('a rule that the asset server reads otherwise than we do is refused: %j', (text) => {
  expect(() => parseHeaders(text)).toThrow('not understood')
})

test('pages are listed where they are served, by the order of their paths, with all that a browser must get', () => {
  const web = new Map([
    ['workshop.html', 'shop'],
    ['problems/gone.html', 'gone'],
    ['index.html', 'first'],
    ['assets/a-B.js', 'code'],
    ['.well-known/webcat/bundle.json', '{}'],
    ['_headers', '/*\n  A: one\n'],
  ])
  const { files, ...rest } = makeManifest('1.2.3', web)
  expect(rest).toEqual({ v: 1, version: '1.2.3' })
  expect(files.map(({ path, headers }) => [path, headers['Content-Type'], headers['A']])).toEqual([
    ['/', 'text/html; charset=utf-8', 'one'],
    ['/.well-known/webcat/bundle.json', 'application/json', 'one'],
    ['/assets/a-B.js', 'text/javascript; charset=utf-8', 'one'],
    ['/problems/gone', 'text/html; charset=utf-8', 'one'],
    ['/workshop', 'text/html; charset=utf-8', 'one'],
  ])
  expect(files[0]).toMatchObject({ bytes: 5, sha256: createHash('sha256').update('first').digest('hex') })
})

test.for(['_redirects', '_worker.js', '.assetsignore', 'a file.js', 'umlaut-ä.js', 'font.woff2', 'plain'])(
  'a build with %s in it fails: nothing is served that is not listed as it is served',
  (file) => {
    expect(() => makeManifest('1.2.3', new Map([[file, '']]))).toThrow(`dist/web/${file}`)
  },
)
