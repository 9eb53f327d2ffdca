import { describe, expect, it } from 'vitest';
import { scan } from '../masking/scanner.ts';
import { chineseId } from './chinese-id.ts';
import { creditCard } from './credit-card.ts';
import type { Detector } from './detector.ts';
import { email } from './email.ts';
import { highEntropy } from './high-entropy.ts';
import { iban } from './iban.ts';
import { phone } from './phone.ts';
import { secrets } from './secrets.ts';
import { words } from './words.ts';

/** What a detector finds in a text. */
const found = (detector: Detector, text: string): readonly string[] =>
  scan([detector], text).flatMap((piece) => ('by' in piece ? [piece.text] : []));

/** A table of texts: what is found is between « and ». */
function itFinds(detector: Detector, marked: readonly string[]): void {
  it.each(marked)('%s', (text) => {
    const expected = [...text.matchAll(/«([^»]*)»/g)].map(([, one]) => one);
    expect(found(detector, text.replaceAll(/[«»]/g, ''))).toEqual(expected);
  });
}

describe('credit cards', () => {
  itFinds(creditCard(), [
    'Visa «4111 1111 1111 1111», thanks',
    'Visa «4111111111111111»',
    'Visa of 13 «4222222222222»',
    'Mastercard «5555-5555-5555-4444»',
    'Mastercard of the second range «2223003122003222»',
    'American Express «3782 822463 10005»',
    'Discover «6011111111111117»',
    'JCB «3530111333300000»',
    'Diners Club «30569309025904»',
    'UnionPay «6200000000000005»',
    'after a number: 12 «4111 1111 1111 1111» 34',
    '卡号«4111111111111111»有效',
    'wrong check digit 4111 1111 1111 1112',
    'no network 9111111111111111',
    'Visa of 14 digits 41111111111119',
    'longer number 41111111111111110000',
    'two spaces 4111  1111  1111  1111',
    'order 1234567812345670',
  ]);
});

describe('bank accounts', () => {
  itFinds(iban(), [
    'to «GB82 WEST 1234 5698 7654 32» by Monday',
    'to «DE89370400440532013000».',
    'to «de89 3704 0044 0532 0130 00»',
    'Norway «NO9386011117947»',
    'France «FR14 2004 1010 0505 0001 3M02 606»',
    'Malta «MT84MALT011000012345MTLCAST001S»',
    'wrong check digits GB83 WEST 1234 5698 7654 32',
    'too short DE8937040044053201300',
    'no country ZZ89370400440532013000',
    'within xDE89370400440532013000',
  ]);
});

describe('e-mail addresses', () => {
  itFinds(email(), [
    'write to «alice@example.com».',
    '«first.last+tag@sub.example.co.uk»,«b_c@d-e.org»',
    '<«Alice@Example.COM»>',
    '请联系«alice@example.com»谢谢',
    "«o'brien@example.ie», '«bob@example.com»'",
    'https://example.com/?to=«alice@example.com»&x=1',
    'mailto:«alice@example.com»',
    'alice@localhost',
    'alice@-example.com',
    '@example.com and alice@',
    'a @ b.com',
    'decorators: @Input() name',
  ]);
});

describe('phone numbers', () => {
  itFinds(phone(), [
    'call «+1 (415) 555-2671» now',
    'call «+44 20 7946 0958»',
    'call «+86 138 1234 5678»',
    'call «0049 30 901820»',
    'call «+358401234567»',
    '手机«13812345678»。',
    '手机«138-1234-5678»',
    '手机«86 13812345678»',
    'no such code +999 1234567',
    'lines +1000000 -12',
    'too short +44 2079',
    'too long +441234567890123456',
    'no such mobile 12812345678',
    'longer 138123456789',
    'within 0.13812345678',
    'sum a+4412345678',
  ]);
});

describe('Chinese identity numbers', () => {
  itFinds(chineseId(), [
    '身份证«11010519491231002X»。',
    '身份证«11010519491231002x»',
    '«440524188001010014»',
    'wrong check digit 110105194912310021',
    'no such day 110105194902310026',
    'no such province 99010519491231002X',
    'longer 11010519491231002X1',
  ]);
});

const random = (length: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fL'.repeat(8).slice(0, length);

describe('secrets', () => {
  itFinds(secrets(), [
    `OPENAI_API_KEY=«sk-${random(48)}»`,
    `"«sk-proj-${random(60)}_-${random(60)}»"`,
    `«sk-ant-api03-${random(93)}AA»`,
    `key «AIza${random(35)}»;`,
    `«ya29.${random(60)}»`,
    'id «AKIAIOSFODNN7EXAMPLE»',
    `DefaultEndpointsProtocol=https;«AccountKey=${random(86)}==»;`,
    `«ghp_${random(36)}» «github_pat_${random(22)}_${random(59)}»`,
    `«glpat-${random(20)}»`,
    `«xoxb-1234567890-1234567890123-${random(24)}»`,
    `https://«hooks.slack.com/services/T00000000/B00000000/${random(24)}»`,
    `«sk_live_${random(24)}» «rk_test_${random(24)}» «whsec_${random(32)}»`,
    `«hf_${random(34)}» «npm_${random(36)}» «pypi-${random(60)}» «gsk_${random(52)}» «xai-${random(80)}»`,
    `«SG.${random(22)}.${random(43)}»`,
    `«SK${'0123456789abcdef'.repeat(2)}»`,
    `bot/«123456789:AA${random(33)}»/getMe`,
    `Bearer «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${random(43)}»`,
    'see «postgres://app:hunter2@»db.example.com/main',
    `«-----BEGIN RSA PRIVATE KEY-----\nMIIE${random(64)}\n${random(40)}==\n-----END RSA PRIVATE KEY-----» done`,
    `"«-----BEGIN PRIVATE KEY-----\\n${random(64)}\\n-----END PRIVATE KEY-----»\\n"`,
    `cut off: «-----BEGIN OPENSSH PRIVATE KEY-----\n${random(64)}»`,
    '-----BEGIN PUBLIC KEY----- MIIB',
    'a task-oriented-approach-to-everything',
    'sk-short',
    'https://example.com:8080/path@2x.png',
    'AKIAIOSFODNN7EXAMPL',
    'ghp_abc',
  ]);
});

describe('tokens of high entropy', () => {
  itFinds(highEntropy(), [
    'password: «x9Kp2LmQ7vRt4WzN8sYb»',
    'aws «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»',
    'hex «9f86d081884c7d659a2feaa0c55ad015»',
    'uuid 123e4567-e89b-12d3-a456-426614174000',
    'zeros 00000000000000000000000000000000',
    'number 12345678901234567890123456789012',
    'name thisIsAVeryLongFunctionNameIndeed',
    'path /usr/local/lib/node_modules/package2/Index',
    'constant MAXIMUM_NUMBER_OF_RETRIES_2',
    'line ----------------------------------------',
  ]);
});

describe('words', () => {
  itFinds(words(['Project X', 'acme', '机密', 'C++', '.env', 'Straße', '기밀', 'éa']), [
    '«ACME» and «acme», not acmeist nor macme nor acme_corp',
    'on «project   x» and «PROJECT\nX», not project xy',
    '这是«机密»文件',
    '这是«Acme»的',
    'in «c++» and «.env»',
    '«STRAßE»',
    '이것은 «기밀»은',
    '«ÉA» but not éab',
  ]);
});
