import { expect, test } from 'vitest'
import { jsonForm, PART } from '#client/answers.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { ask, type Call } from '#client/server.ts'
import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatDropId } from '#protocol/id.ts'
import { verifyFields } from '../protocol/support/fields.ts'
import { noise } from '../kit/bytes.ts'
import { delivers, refuses, says, serverThat } from '../kit/network.ts'

const dropId = formatDropId(noise(16))
const offer = { 'Accept-Signature': formatAcceptSignature('claim', 'a-nonce-that-the-server-offers') }

test('a claim is signed for the name in the link where the server says so, and nothing else is signed for another', async () => {
  const [claim, locator] = [await signingKeyFromSeed(noise(32)), await signingKeyFromSeed(noise(32, 2))]
  const good = await delivers(noise(5))
  const told = { authority: 'old.example:8443' }
  const signedFor = async (name: 'claim' | 'sent', authority: string): Promise<boolean> => {
    const isClaim = name === 'claim'
    const server = serverThat([refuses('not_proved', told, offer), isClaim ? good : says({})])
    const signers = isClaim ? { locator, claim } : { sender: claim }
    const asked: Call = { name, dropId, signers, ...(isClaim ? { body: noise(10) } : {}) }
    await (isClaim
      ? ask(server, asked, PART)
      : ask(
          server,
          asked,
          jsonForm(() => true),
        ))
    const { 'Signature-Input': signatureInput = '', Signature: signature = '' } = server.exchanges[1]?.fields ?? {}
    const digest = isClaim ? await contentDigest(noise(10)) : ''
    const request = { name, authority, query: '', dropId, digest, signatureInput, signature }
    // The address stays the one that was asked.
    expect(server.exchanges[1]?.url).toMatch(/^https:\/\/drop\.example\//)
    return (await verifyFields(request, isClaim ? 'claim' : 'sender', claim.publicKey)) !== undefined
  }
  expect([await signedFor('claim', told.authority), await signedFor('claim', 'drop.example')]).toEqual([true, false])
  expect([await signedFor('sent', told.authority), await signedFor('sent', 'drop.example')]).toEqual([false, true])
})
