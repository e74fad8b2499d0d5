// Loaded before a build: lists folders in another order, like another file system.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { readdirSync } = fs
fs.readdirSync = (...wanted) => readdirSync(...wanted).toReversed()
syncBuiltinESMExports()
