import { expect, test } from 'vitest'
import { formatDropId } from '#protocol/id.ts'
import { chooseFile, sortFiles, type ChosenFile } from '../../web/send/draft.ts'
import { filesLike, matchFiles } from '../../web/send/uploads.ts'
import { summaryText, listText } from '../../web/copy/upload-summary.ts'

function fileOf(path: string, bytes = 'x', lastModified = 5): ChosenFile {
  return chooseFile(new File([bytes], path.split('/').at(-1) ?? '', { lastModified }), path)
}

const report = fileOf('report.pdf')
const plan = fileOf('plans/plan.txt', 'yy')

test('files are known again by name, size and time, in whatever order and way they are chosen', () => {
  expect(matchFiles([report, plan], [plan, report])).toEqual({ files: [report, plan], missing: [], changed: [] })
  // The folder was chosen as files, and the file with its folder.
  const loose = [fileOf('plan.txt', 'yy'), fileOf('desk/report.pdf')]
  expect(matchFiles([report, plan], loose)).toEqual({ files: [loose[1], loose[0]], missing: [], changed: [] })
})

test('of two namesakes each is matched with its own', () => {
  const [one, other] = [fileOf('a/plan.txt'), fileOf('b/plan.txt')]
  expect(matchFiles([one, other], [other, one]).files).toEqual([one, other])
})

test.for<[ChosenFile, 'changed' | 'missing']>([
  [fileOf('report.pdf', 'xx'), 'changed'],
  [fileOf('report.pdf', 'x', 6), 'changed'],
  [fileOf('report.txt'), 'missing'],
])('what is not the same is named: %#', ([chosen, how]) => {
  const { files, ...names } = matchFiles([report], [chosen])
  expect(files).toEqual([undefined])
  expect(names).toEqual({ missing: [], changed: [], [how]: ['report.pdf'] })
  expect(filesLike([report], [chosen])).toEqual(how === 'changed' ? [chosen] : [])
})

test('files of a folder come in the order of their numbers', () => {
  const files = ['p/10.txt', 'p/9.txt', 'a.txt'].map((name) => fileOf(name))
  expect(sortFiles(files).map(({ name }) => name)).toEqual(['a.txt', 'p/9.txt', 'p/10.txt'])
})

test('what an upload carries is told in few words', () => {
  const cargo = { dropId: formatDropId(new Uint8Array(16)), hasText: false, needsPassphrase: false }
  expect(summaryText({ ...cargo, files: [report] })).toBe('“report.pdf”, 1 byte')
  expect(summaryText({ ...cargo, files: [report, plan, plan], hasText: true })).toBe(
    '“report.pdf” and 2 more, 5 bytes, with a text',
  )
  expect(summaryText({ ...cargo, files: [], hasText: true })).toBe('a long text')
  expect(listText(['a', 'b', 'c', 'd'])).toBe('“a”, “b”, “c” and 1 more')
  expect(listText(['a', 'b'])).toBe('“a” and “b”')
})
