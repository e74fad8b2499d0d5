import { readFileSync } from 'node:fs'
import { DATABASES, STORE_FIELDS } from '../../worker/storage/schema.ts'
import { FORCED, IMPOSSIBLE, MEMORY, NOT_HELD, REMAINS, WRITERS } from '../../worker/storage/schema/statements.ts'
import { PLATFORM } from '../../worker/storage/schema/platform.ts'
import { ROOT } from '../bundle.ts'

/** Every declared field, for programs. docs/storage.md §5 describes the members. */
export function declaration(): Readonly<Record<string, unknown>> {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }
  return {
    v: 1,
    software: `sealdrop ${version}`,
    databases: DATABASES,
    stores: STORE_FIELDS,
    writers: WRITERS,
    memory: MEMORY,
    platform: PLATFORM,
    notHeld: NOT_HELD,
    remains: REMAINS,
    forced: FORCED,
    impossible: IMPOSSIBLE,
  }
}

/** The same as a JSON file. */
export function declarationFile(): string {
  return `${JSON.stringify(declaration(), null, 2)}\n`
}
