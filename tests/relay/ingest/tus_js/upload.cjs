// Sends a clip with tus-js-client: breaks off in the middle of a chunk, then goes on with a new client. One JSON line at the end.
const fs = require('node:fs')
const tus = require('tus-js-client')

const { endpoint, authorization, file, metadata, chunkSize, breakAt } = JSON.parse(process.argv[2])

function upload(uploadUrl, onProgress) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(fs.createReadStream(file), {
      endpoint, uploadUrl, metadata, chunkSize: chunkSize || Infinity,
      headers: { Authorization: authorization },
      uploadSize: fs.statSync(file).size,
      retryDelays: [0, 100, 300, 1000],
      onProgress: (sent) => onProgress && onProgress(one, sent, resolve),
      onError: reject,
      onSuccess: () => resolve(one.url),
    })
    one.start()
  })
}

async function main() {
  let broken = 0
  const url = await upload(null, (one, sent, resolve) => {
    if (sent >= breakAt && !broken) {
      broken = sent
      one.abort().then(() => resolve(one.url))
    }
  })
  const from = []
  await upload(url, (_one, sent) => from.push(sent))
  console.log(JSON.stringify({ url, broken, first: from[0] }))
}

main().catch((problem) => {
  console.error(String(problem))
  process.exit(1)
})
