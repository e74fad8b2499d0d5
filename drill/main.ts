// `npm run drill`: people use everything, then the server is seized, and everything that its operator has is searched for things
// that must not be there. docs/operations.md §9. Exits with 1 if anything is found.
//   --json              print the report as JSON
//   --with-page         use the page as well, in Chromium
//   --patience SECONDS  time for trying runs of stored bytes as keys; all whole values are tried in any case
//   --no-build          use dist/ as it is
import { parseArgs } from 'node:util'
import { ROOT } from '../tools/bundle.ts'
import { formatReport } from './report.ts'
import { runDrill } from './run.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    'no-build': { type: 'boolean' },
    // Short, because a drill is part of every check.
    patience: { type: 'string', default: '6' },
    'with-page': { type: 'boolean' },
  },
})
if (values['no-build'] !== true) await (await import('../tools/build.ts')).build()
const report = await runDrill(ROOT, {
  withPage: values['with-page'] === true,
  patienceMs: 1_000 * Number(values.patience),
})
console.log(values.json === true ? JSON.stringify(report, null, 2) : formatReport(report))
// Connections of the people's clients may still be open.
process.exit(report.passed ? 0 : 1)
