import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  comeBack,
  createBox,
  fillLetter,
  lookNow,
  openNewest,
  restoreBackup,
  saveBackup,
  writeLink,
  writeToBox,
} from './support/boxes.ts'
import { heading, stage } from './support/pages.ts'
import { sha256Of } from './support/people.ts'
import { randomNoise } from '../kit/bytes.ts'

const { person, server } = stage()

test(
  'a tip with a large file is read on a second device and answered, and its sender comes back twice',
  { timeout: 300_000 },
  async () => {
    const origin = server().url
    const [owner, sender, second, later] = await Promise.all([person(), person(), person(), person()])
    // Without the picker it is saved as a download, and no dialog has to be answered.
    await second.page.addInitScript(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const { passphrase } = await createBox(owner.page, origin, 'Newsroom tips')
    const link = await writeLink(owner.page)
    expect(link).toMatch(/^http:\/\/localhost:\d+\/#sdbox1[02-9ac-hj-np-z]+$/)
    const backup = await saveBackup(owner.page, 'another one for the file')

    const film = Buffer.from(randomNoise(20 * 1_048_576))
    const code = await writeToBox(sender, link, {
      text: 'They dump it at night.\n<b>Look at the film.</b>',
      files: [{ name: 'film.mp4', mimeType: 'video/mp4', buffer: film }],
      wantsCode: true,
    })
    expect(code.split(' ')).toHaveLength(12)

    await restoreBackup(second.page, origin, backup, 'another one for the file', { name: 'Newsroom tips', passphrase })
    expect(await openNewest(second.page)).toContain('They dump it at night.\n<b>Look at the film.</b>')
    const [download] = await Promise.all([
      second.page.waitForEvent('download'),
      second.page.getByRole('button', { name: 'Save film.mp4' }).click(),
    ])
    expect(sha256Of(await readFile(await download.path()))).toBe(sha256Of(film))
    await second.page.getByLabel('Your answer').fill('Which night?')
    await second.page.getByRole('button', { name: 'Seal answer' }).click()
    await second.page.getByText('Your answer is there.').waitFor()

    await comeBack(later.page, origin, code)
    await later.page
      .getByRole('button', { name: /Open the answer/ })
      .first()
      .click()
    await later.page.getByText('Which night?').waitFor()
    await later.page.getByRole('button', { name: 'Back to the answers' }).click()
    await later.page.getByRole('button', { name: 'Write again' }).click()
    await heading(later.page, 'Write to Newsroom tips')
    await fillLetter(later.page, { text: 'Every Tuesday.' })
    await heading(later.page, 'Sent')

    // It shows up by itself, in the same thread, on the device whose box is open.
    await second.page.getByRole('button', { name: 'Back to the list' }).first().click()
    await lookNow(second.page)
    await second.page.getByText('2 messages').waitFor()
    expect(await openNewest(second.page)).toContain('Every Tuesday.')
    await second.page.getByText('They dump it at night.').waitFor()
    await second.page.getByText('Which night?').waitFor()
    // Going back to a page that its sender has left shows nothing of the code.
    await later.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')))
    await heading(later.page, 'Done')
    for (const { complaints } of [owner, sender, second, later]) expect(complaints).toEqual([])
  },
)
