import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import { isWhole, recordOf } from '#protocol/json.ts'
import { readRecord, replaceRecord } from '../state/records.ts'

/**
 * The serial of the newest card of a box that was seen here, if somebody asked to remember it. @throws Failure if its file
 * is damaged
 */
export function knownSerial(address: BoxAddress): number | undefined {
  return readRecord('known', nameOf(address), parseKnown)
}

/** Remembers a card's serial: from now on no older card of this box is believed here. */
export function rememberSerial(address: BoxAddress, serial: number): void {
  replaceRecord('known', nameOf(address), { v: 1, serial: Math.max(serial, knownSerial(address) ?? 0) })
}

function parseKnown(value: unknown): number | undefined {
  const { v, serial } = recordOf(value) ?? {}
  return v === 1 && isWhole(serial) ? serial : undefined
}

function nameOf(address: BoxAddress): string {
  return Buffer.from(boxAddressBytes(address)).toString('hex')
}
