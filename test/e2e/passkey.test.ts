import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { createBox } from './support/boxes.ts'
import { stage, type Person } from './support/pages.ts'

const { person, server } = stage()

/** A device with a passkey store of its own, which asks nothing of a person. */
async function personWithPasskeys(hasPrf: boolean): Promise<Person & { count: () => Promise<number> }> {
  const someone = await person()
  const session = await someone.context.newCDPSession(someone.page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf,
    },
  })
  const count = async (): Promise<number> =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length
  return { ...someone, count }
}

/** Everything the page has stored, as text. */
function stored(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const request = indexedDB.open('sealdrop')
    await new Promise((resolve) => (request.onsuccess = resolve))
    const all = request.result.transaction('vaults').objectStore('vaults').getAll()
    await new Promise((resolve) => (all.onsuccess = resolve))
    request.result.close()
    return JSON.stringify(all.result)
  })
}

test('a passkey made with the box opens it, and so does the passphrase; without either the box stays sealed', async () => {
  const { page, count, complaints } = await personWithPasskeys(true)
  const { passphrase, words } = await createBox(page, server().url, 'Tips', { wantsPasskey: true })
  expect(await count()).toBe(1)
  const kept = await stored(page)
  expect(kept).toContain('"kind":"passkey"')
  // A single word may be part of our own names: there is a “phrase” in “passphrase”.
  const spelt = [' ', '","'].map((between) => words.slice(0, 3).join(between))
  for (const secret of [passphrase, ...spelt]) expect(kept).not.toContain(secret)

  // A reload leaves nothing open.
  await page.reload()
  await page.getByRole('button', { name: 'Unlock Tips' }).click()
  await page.getByRole('button', { name: 'Unlock with a passkey' }).click()
  await page.getByRole('navigation', { name: 'Parts of this box' }).waitFor()
  await page.getByRole('button', { name: 'Lock', exact: true }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('wrong')
  await page.getByRole('button', { name: 'Unlock', exact: true }).click()
  await page.getByText('That did not open it.').waitFor()
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByRole('button', { name: 'Unlock', exact: true }).click()
  await page.getByRole('navigation', { name: 'Parts of this box' }).waitFor()

  // A second passkey of the same authenticator is refused; one that was removed opens nothing.
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('No passkey was used.').waitFor()
  await page.getByRole('button', { name: 'Remove passkey 1' }).click()
  await page.getByRole('button', { name: 'Yes, remove it' }).click()
  await page.getByRole('status').getByText('opens this box no more').waitFor({ state: 'attached' })
  expect(await stored(page)).not.toContain('"kind":"passkey"')
  await page.getByRole('button', { name: 'Lock', exact: true }).click()
  await page.getByText('is locked').waitFor()
  expect(await page.getByRole('button', { name: 'Unlock with a passkey' }).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('a passkey that gives no key protects nothing: the page says so, and the passphrase protects the box', async () => {
  const { page, complaints } = await personWithPasskeys(false)
  const { passphrase } = await createBox(page, server().url, 'Tips', { wantsPasskey: true })
  await page.getByText('This passkey cannot protect a box').waitFor()
  expect(await stored(page)).not.toContain('"kind":"passkey"')
  await page.reload()
  await page.getByRole('button', { name: 'Unlock Tips' }).click()
  expect(await page.getByRole('button', { name: 'Unlock with a passkey' }).count()).toBe(0)
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Parts of this box' }).waitFor()
  expect(complaints).toEqual([])
})
