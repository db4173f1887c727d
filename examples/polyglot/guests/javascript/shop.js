// The shop, in JavaScript. The names are those of the WIT, in camel case; an error of an import is thrown, and one that is
// thrown here is the error of the export.
import { stock, take, redeem } from 'example:polyglot/warehouse@1.0.0';

const sales = new Map();

function percentOf(discount) {
  switch (discount.tag) {
    case 'none':
      return 0;
    case 'percent':
      return discount.val;
    case 'voucher':
      try {
        return redeem(discount.val);
      } catch (error) {
        if (error.payload === undefined) throw error;
        throw 'bad-voucher';
      }
  }
}

export const shop = {
  checkout(items, discount) {
    if (items.length === 0) throw 'empty-basket';
    if (items.some(({ name, count }) => !((stock(name) ?? -1) >= count))) throw 'out-of-stock';
    const percent = percentOf(discount);
    take(items.map(({ name, count }) => [name, count]));
    for (const { name, count } of items) sales.set(name, (sales.get(name) ?? 0) + count);
    // A `u64` is a BigInt.
    const sum = items.reduce((sum, { price, count }) => sum + BigInt(price) * BigInt(count), 0n);
    const lines = items.map(({ name, count }) => `${count} x ${name}`);
    return { lines, total: (sum * BigInt(Math.max(100 - percent, 0))) / 100n };
  },

  sold() {
    return [...sales];
  },
};
