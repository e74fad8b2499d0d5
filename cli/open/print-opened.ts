import { join, resolve, sep } from 'node:path'
import type { Opened } from '#client/open.ts'
import type { FileSaver } from './save.ts'
import { isSeen, printJson, printOnce, say, visible } from '../terminal/terminal.ts'
import { formatSize } from '../terminal/format.ts'

/**
 * Writes what was opened. When this returns, it is on the disk or in the hands of the program that reads the pipe.
 * @param more - further members for JSON.
 */
export async function printOpened(
  { text, files }: Pick<Opened, 'text' | 'files'>,
  saver: FileSaver,
  json: boolean,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const saved = new Map((await saver.publish()).map((each) => [each.name, each]))
  for (const { name, size } of files) {
    const { path, wasThere } = saved.get(name) ?? { path: name, wasThere: false }
    const told = wasThere ? `${path} is there already` : `saved ${path} (${formatSize(size)})`
    // With its folders: of a name that was too long for the disk some may be gone.
    say(resolve(path).endsWith(join(sep, name)) ? told : `${told}; its sender named it ${name}`)
  }
  if (json) {
    const list = files.map(({ name, size, type }) => ({ name, path: saved.get(name)?.path ?? name, size, type }))
    await printJson({ ...more, text, files: list }, printOnce)
  } else if (isSeen && text !== '') {
    const harmless = visible(text)
    await printOnce(harmless.endsWith('\n') ? harmless : `${harmless}\n`)
    if (harmless !== text)
      say('the text has control characters, made visible here; redirect it to get them as they are')
  } else if (text !== '') {
    await printOnce(text)
  }
}
