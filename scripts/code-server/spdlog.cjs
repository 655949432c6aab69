/* global Buffer, setTimeout, clearTimeout */
// Stands in for the native module @vscode/spdlog, which cannot be compiled without a toolchain. The editor writes its
// logs through it, and every output channel is such a log: without it the Output panel stays empty.
const fs = require('node:fs');
const path = require('node:path');

const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

class Logger {
  #file;
  #size;
  #count;
  #level = 2;
  #isRaw = false;
  #pending = '';
  #written = 0;
  #timer;

  constructor(_type, _name, file, size, count) {
    this.#file = file;
    this.#size = size;
    this.#count = count;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#written = fs.existsSync(file) ? fs.statSync(file).size : 0;
    fs.closeSync(fs.openSync(file, 'a'));
  }

  trace(message) {
    this.#log(0, message);
  }
  debug(message) {
    this.#log(1, message);
  }
  info(message) {
    this.#log(2, message);
  }
  warn(message) {
    this.#log(3, message);
  }
  error(message) {
    this.#log(4, message);
  }
  critical(message) {
    this.#log(5, message);
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.#isRaw = true;
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#pending;
    this.#pending = '';
    if (text === '') return;
    try {
      const length = Buffer.byteLength(text);
      if (this.#size > 0 && this.#written + length > this.#size) this.#rotate();
      fs.appendFileSync(this.#file, text);
      this.#written += length;
    } catch {
      // A log that cannot be written must not end the editor.
    }
  }

  drop() {
    this.flush();
  }

  #log(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
    this.#pending += this.#isRaw ? message : `${time} [${names[level]}] ${message}\n`;
    this.#timer ??= setTimeout(() => this.flush(), 20).unref();
  }

  #rotate() {
    const { dir, name, ext } = path.parse(this.#file);
    const numbered = (at) => (at === 0 ? this.#file : path.join(dir, `${name}.${at}${ext}`));
    for (let at = this.#count - 2; at >= 0; at -= 1) {
      if (fs.existsSync(numbered(at))) fs.renameSync(numbered(at), numbered(at + 1));
    }
    fs.writeFileSync(this.#file, '');
    this.#written = 0;
  }
}

exports.version = 0;
exports.setLevel = function () {};
exports.setFlushOn = function () {};
exports.Logger = Logger;
exports.createRotatingLogger = async function (name, file, size, count) {
  return new Logger('rotating', name, file, size, count);
};
exports.createAsyncRotatingLogger = async function (name, file, size, count) {
  return new Logger('rotating_async', name, file, size, count);
};
