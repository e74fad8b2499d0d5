import { expect, test } from 'vitest'
import { compose as words } from '../../web/copy/compose.ts'
import {
  chooseFile,
  contentBytes,
  draftTerms,
  EMPTY_DRAFT,
  findFault,
  mergeDrafts,
  withMore,
  type Draft,
} from '../../web/send/draft.ts'

const typed: Draft = { ...EMPTY_DRAFT, text: 'hello' }

test('the defaults are one day and one reader', () => {
  expect(draftTerms(EMPTY_DRAFT)).toEqual({ ttlSeconds: 86_400, reads: 1 })
  expect(findFault(typed)).toBeUndefined()
})

test.for<[Partial<Draft>, string]>([
  [{ text: ' \n\t' }, 'message'],
  [{ expiry: 'custom', customExpiry: '' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '4', customUnit: 'minutes' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '31', customUnit: 'days' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '1.5', customUnit: 'hours' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '-1', customUnit: 'days' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '1e3', customUnit: 'hours' }, 'expiry'],
  [{ reads: 'custom', customReads: '0' }, 'reads'],
  [{ reads: 'custom', customReads: '101' }, 'reads'],
  [{ passphrase: '' }, 'passphrase'],
  [{ passphrase: 'é'.repeat(2_049) }, 'passphrase'],
])('%o is refused at the field that is wrong', ([change, field]) => {
  expect(findFault({ ...typed, ...change })).toBe(field)
})

test.for<[Partial<Draft>, object]>([
  [{ expiry: 'custom', customExpiry: '5', customUnit: 'minutes' }, { ttlSeconds: 300 }],
  [{ expiry: 'custom', customExpiry: ' 30 ', customUnit: 'days' }, { ttlSeconds: 2_592_000 }],
  [{ reads: 'custom', customReads: '100' }, { reads: 100 }],
  [{ passphrase: 'é'.repeat(2_048) }, {}],
])('%o is within the limits', ([change, terms]) => {
  expect(findFault({ ...typed, ...change })).toBeUndefined()
  expect(draftTerms({ ...typed, ...change })).toMatchObject(terms)
})

test('an upload that comes back into the form loses neither what it had nor what has been typed since', () => {
  const file = chooseFile(new File(['x'], 'x.txt'))
  const before: Draft = { ...EMPTY_DRAFT, text: 'then', files: [file], reads: '5', passphrase: '' }
  expect(mergeDrafts(before, EMPTY_DRAFT)).toEqual(before)
  const draft: Draft = { ...EMPTY_DRAFT, text: 'now', files: [file], reads: '2' }
  expect(mergeDrafts(before, draft)).toEqual({ ...draft, text: 'then\n\nnow', files: [file, file], passphrase: '' })
  expect(mergeDrafts(before, { ...draft, passphrase: 'typed' }).passphrase).toBe('typed')
})

test('a file that was chosen with its folder keeps its path', () => {
  const file = new File(['x'], 'x.txt', { lastModified: 5, type: 'text/plain' })
  expect(chooseFile(file)).toEqual({ name: 'x.txt', type: 'text/plain', size: 1, modifiedAtMs: 5, file })
  expect(chooseFile(file, 'folder/x.txt').name).toBe('folder/x.txt')
  expect(contentBytes({ text: 'é', files: [chooseFile(file)] })).toBe(3)
})

test('the heading promises one person only where it opens once', () => {
  expect(words.title(1)).toBe('Leave a message only one person can open')
  expect(words.title(undefined)).toBe(words.title(1))
  expect(words.title(100)).toBe('Leave a message only 100 people can open')
})

test('two folders of one name, added one after the other, became one', () => {
  const chosen = (...names: string[]) => names.map((name) => chooseFile(new File([], name), name))
  const first = withMore(chosen('a.txt'), chosen('docs/x', 'docs/y', 'b.txt'))
  const second = withMore(first, chosen('docs/x', 'docs/in/z', 'docs (2)/w', 'b.txt'))
  const third = withMore(second, chosen('docs/x'))
  expect(third.map(({ name }) => name)).toEqual([
    'a.txt',
    'docs/x',
    'docs/y',
    'b.txt',
    'docs (2)/x',
    'docs (2)/in/z',
    'docs (2) (2)/w',
    'b.txt',
    'docs (3)/x',
  ])
})
