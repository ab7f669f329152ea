// The least that an application in webpack says of itself: nothing about wasm or entrenar.
const path = require('node:path');

module.exports = {
  entry: './main.js',
  output: { path: path.join(__dirname, 'dist/webpack'), filename: 'main.js' },
  devServer: { static: __dirname },
};
