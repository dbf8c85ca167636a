/** Icons are texts, as the builder makes them. */
module.exports = {
  process: source => ({ code: `module.exports = ${JSON.stringify(source)};` })
};
