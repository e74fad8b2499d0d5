// Preloaded after killed-at.mjs: from the moment on at which a link has been printed the calls are counted.
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (text, ...more) => {
  const isTaken = write(text, ...more)
  if (String(text).includes('#sdlink1')) globalThis.arm()
  return isTaken
}
