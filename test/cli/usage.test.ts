import { expect, test } from 'vitest'
import type { CommandGroup } from '../../cli/command.ts'
import { SEALDROP } from '../../cli/commands.ts'

/** Every command, with the help that is printed for it. */
function commandsOf({ commands, usage }: CommandGroup): { name: string; options: readonly string[]; help: string }[] {
  return Object.entries(commands).flatMap(([name, each]) =>
    'commands' in each
      ? commandsOf(each).map((inner) => ({ ...inner, name: `${name} ${inner.name}` }))
      : [{ name, options: each.options, help: each.usage ?? usage }],
  )
}

const COMMANDS = commandsOf(SEALDROP)

test('there are more than twenty commands, and no two have one name', () => {
  expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length)
  expect(COMMANDS.length).toBeGreaterThan(20)
})

test.for(COMMANDS)('help explains every option of $name', ({ options, help }) => {
  for (const option of options) expect(help).toMatch(new RegExp(`--${option}\\b`))
})

test.for(Object.entries(SEALDROP.commands))('help lists %s', ([name]) => {
  expect(SEALDROP.usage).toMatch(new RegExp(`^ {2}${name} `, 'm'))
})
