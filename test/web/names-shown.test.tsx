import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { limitsOf } from '../../web/send/limits.ts'
import type { ChosenFile } from '../../web/send/draft.ts'
import { ChosenFiles } from '../../web/send/chosen-files.tsx'

let root: HTMLElement | undefined

afterEach(() => {
  if (root !== undefined) render(null, root)
  root?.remove()
})

function rowsOf(names: readonly string[], text = ''): readonly string[] {
  const box = document.createElement('div')
  root = box
  document.body.append(box)
  const files = names.map((name): ChosenFile => {
    return { name, type: '', size: 7, modifiedAtMs: 0, file: new File([], 'x') }
  })
  render(<ChosenFiles draft={{ files, text }} limits={limitsOf(104_857_600)} onKeep={() => {}} />, box)
  return Array.from(box.querySelectorAll('.row-name'), (row) => row.textContent ?? '')
}

test.for([
  [['a.txt'], ['a.txt7 bytes']],
  [['a\u{e0065}.txt'], ['a\u{e0065}.txt7 bytesgoes as a_.txt']],
  [['\u3164'], ['\u31647 bytesgoes as _']],
  [['docs/...'], ['docs/...7 bytesgoes as docs/_']],
  [['con.txt'], ['con.txt7 bytesgoes as _con.txt']],
  [
    ['e\u0301/x', 'é/x'],
    ['e\u0301/x7 bytesgoes as é/x', 'é/x7 bytesgoes as é (2)/x'],
  ],
  [
    ['a.txt', 'A.txt'],
    ['a.txt7 bytes', 'A.txt7 bytesgoes as A (2).txt'],
  ],
] as const)('files called %j are listed with the names under which they go', ([names, rows]) => {
  expect(rowsOf(names)).toEqual(rows)
})

test('a long path is listed as it is, and a part that is too long with where it is cut', () => {
  const deep = `проект/${'протоколы совещаний рабочей группы по закупкам/'.repeat(4)}решение.txt`
  expect(rowsOf([deep])).toEqual([`${deep}7 bytes`])
  const [row = ''] = rowsOf([`${'文'.repeat(90)}.pdf`])
  expect(row).toMatch(/goes as 文+….pdf$/)
})

test('a file called as the text is told that it makes room for it', () => {
  expect(rowsOf(['message.txt'])).toEqual(['message.txt7 bytes'])
  expect(rowsOf(['message.txt'], 'hello')).toEqual(['message.txt7 bytesgoes as message (2).txt'])
})
