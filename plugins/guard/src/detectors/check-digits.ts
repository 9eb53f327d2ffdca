/** Luhn's sum, of payment cards. */
export function isLuhn(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .toReversed()
    .reduce((sum, digit, at) => sum + (at % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)), 0);
  return sum % 10 === 0;
}

/** The remainder of ISO 7064 MOD 97-10, of bank accounts: letters are 10 to 35. */
export function isMod97(account: string): boolean {
  const moved = account.slice(4) + account.slice(0, 4);
  const remainder = Array.from(moved, (character) => Number.parseInt(character, 36)).reduce(
    (rest, value) => (rest * (value > 9 ? 100 : 10) + value) % 97,
    0,
  );
  return remainder === 1;
}

/** ISO 7064 MOD 11-2, of Chinese resident identity numbers: 17 digits and a check character. */
export function isMod11(number: string): boolean {
  const sum = Array.from(number.slice(0, 17), Number).reduce(
    (sum, digit, at) => sum + digit * (2 ** (17 - at) % 11),
    0,
  );
  return '10X98765432'[sum % 11] === number[17]?.toUpperCase();
}

/** Whether there is such a day. */
export function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
