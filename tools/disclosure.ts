// Writes the files that are generated from worker/storage/schema.ts: docs/storage.md, and the list of stored fields for the command
// line. With --check, it compares them instead and exits with 1 if either differs. The build makes the page and its JSON form.
import { readFileSync, writeFileSync } from 'node:fs'
import { ROOT } from './bundle.ts'
import { declarationFile } from './disclosure/declared.ts'
import { storagePage } from './disclosure/storage.ts'

const isCheck = process.argv.includes('--check')
const files: Readonly<Record<string, string>> = {
  'docs/storage.md': storagePage(),
  'cli/operator/disclosure.json': declarationFile(),
}

for (const [name, made] of Object.entries(files)) {
  if (readIfThere(name) === made) continue
  if (isCheck) process.exitCode = 1
  else writeFileSync(`${ROOT}${name}`, made)
  process.stdout.write(`${name} ${isCheck ? 'differs: run node tools/disclosure.ts' : 'written'}\n`)
}

function readIfThere(name: string): string | undefined {
  try {
    return readFileSync(`${ROOT}${name}`, 'utf8')
  } catch {
    return undefined
  }
}
