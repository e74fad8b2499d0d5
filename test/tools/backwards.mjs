// Loaded before a build: folders are listed in another order, as another file system would.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { readdirSync } = fs
fs.readdirSync = (...wanted) => readdirSync(...wanted).toReversed()
syncBuiltinESMExports()
