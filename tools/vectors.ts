import { readFileSync, writeFileSync } from 'node:fs'
import { archiveVectors } from './vectors/archives.ts'
import { boxRequestVectors } from './vectors/box-requests.ts'
import { boxVectors } from './vectors/boxes.ts'
import { envelopeVectors } from './vectors/envelopes.ts'
import { extentVectors } from './vectors/extents.ts'
import { keyVectors, linkVectors, shelfVectors, sizeVectors } from './vectors/links.ts'
import { operatorVectors } from './vectors/operator.ts'
import { proofVectors } from './vectors/proofs.ts'
import { publishedVectors } from './vectors/published.ts'
import { receiptVectors } from './vectors/receipts.ts'
import { signatureVectors } from './vectors/signatures.ts'
import { spellingVectors } from './vectors/spellings.ts'
import { digestVectors, termsVectors } from './vectors/terms.ts'

// Writes test/vectors/*.json; with --check, compares them instead and ends with 1 if any differs.

const isCheck = process.argv.includes('--check')
const files: Readonly<Record<string, (present: unknown) => unknown>> = {
  'links.json': linkVectors,
  'keys.json': keyVectors,
  'shelves.json': shelfVectors,
  'sizes.json': sizeVectors,
  'terms.json': termsVectors,
  'extents.json': extentVectors,
  'digests.json': digestVectors,
  'signatures.json': signatureVectors,
  'spellings.json': spellingVectors,
  'receipts.json': receiptVectors,
  'proofs.json': proofVectors,
  'archives.json': archiveVectors,
  'envelopes.json': envelopeVectors,
  'boxes.json': boxVectors,
  'box-requests.json': boxRequestVectors,
  'published.json': publishedVectors,
  'operator.json': operatorVectors,
}

for (const [name, make] of Object.entries(files)) {
  const path = new URL(`../test/vectors/${name}`, import.meta.url)
  const present = readIfThere(path)
  const made = `${JSON.stringify(await make(present === undefined ? undefined : JSON.parse(present)), null, 2)}\n`
  if (made === present) continue
  if (isCheck) process.exitCode = 1
  else writeFileSync(path, made)
  process.stdout.write(`test/vectors/${name} ${isCheck ? 'differs' : 'written'}\n`)
}

function readIfThere(path: URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
