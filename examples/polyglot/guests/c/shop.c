// The shop, in C. What is handed to an export belongs to it, and so it is freed here; what an export returns is freed by
// the bindings once the host has read it.
#include "guest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef exports_example_polyglot_shop_item_t item_t;
typedef exports_example_polyglot_shop_list_item_t items_t;
typedef exports_example_polyglot_shop_discount_t discount_t;
typedef exports_example_polyglot_shop_receipt_t receipt_t;
typedef exports_example_polyglot_shop_shop_error_t shop_error_t;
typedef example_polyglot_warehouse_voucher_error_t voucher_error_t;

static struct {
    guest_tuple2_string_u32_t *items;
    size_t count;
} sales;

static void *array(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static guest_string_t copy(const guest_string_t *text) {
    guest_string_t copied;
    guest_string_dup_n(&copied, (const char *)text->ptr, text->len);
    return copied;
}

static void count_sale(const item_t *item) {
    for (size_t i = 0; i < sales.count; i++) {
        guest_string_t *name = &sales.items[i].f0;
        if (name->len == item->name.len && memcmp(name->ptr, item->name.ptr, name->len) == 0) {
            sales.items[i].f1 += item->count;
            return;
        }
    }
    sales.items = realloc(sales.items, (sales.count + 1) * sizeof *sales.items);
    if (sales.items == NULL) {
        abort();
    }
    sales.items[sales.count].f0 = copy(&item->name);
    sales.items[sales.count].f1 = item->count;
    sales.count += 1;
}

static bool is_in_stock(item_t *item) {
    uint32_t stock;
    return example_polyglot_warehouse_stock(&item->name, &stock) && stock >= item->count;
}

static bool percent_of(discount_t *discount, uint8_t *percent) {
    voucher_error_t error;
    switch (discount->tag) {
    case EXPORTS_EXAMPLE_POLYGLOT_SHOP_DISCOUNT_PERCENT:
        *percent = discount->val.percent;
        return true;
    case EXPORTS_EXAMPLE_POLYGLOT_SHOP_DISCOUNT_VOUCHER:
        if (example_polyglot_warehouse_redeem(&discount->val.voucher, percent, &error)) {
            return true;
        }
        example_polyglot_warehouse_voucher_error_free(&error);
        return false;
    default:
        *percent = 0;
        return true;
    }
}

static void take(const items_t *items) {
    guest_tuple2_string_u16_t *names = array(items->len, sizeof *names);
    for (size_t i = 0; i < items->len; i++) {
        names[i].f0 = items->ptr[i].name;
        names[i].f1 = items->ptr[i].count;
    }
    guest_list_tuple2_string_u16_t list = {names, items->len};
    example_polyglot_warehouse_take(&list);
    free(names);
}

static void write_receipt(const items_t *items, uint8_t percent, receipt_t *receipt) {
    uint64_t sum = 0;
    guest_string_t *lines = array(items->len, sizeof *lines);
    for (size_t i = 0; i < items->len; i++) {
        const item_t *item = &items->ptr[i];
        sum += (uint64_t)item->price * item->count;
        size_t most = item->name.len + sizeof "65535 x ";
        lines[i].ptr = array(most, 1);
        lines[i].len =
            (size_t)snprintf((char *)lines[i].ptr, most, "%u x %.*s", item->count, (int)item->name.len, item->name.ptr);
    }
    receipt->lines.ptr = lines;
    receipt->lines.len = items->len;
    receipt->total = sum * (percent < 100 ? 100 - percent : 0) / 100;
}

static bool check_out(items_t *items, discount_t *discount, receipt_t *receipt, shop_error_t *error) {
    if (items->len == 0) {
        *error = EXPORTS_EXAMPLE_POLYGLOT_SHOP_SHOP_ERROR_EMPTY_BASKET;
        return false;
    }
    for (size_t i = 0; i < items->len; i++) {
        if (!is_in_stock(&items->ptr[i])) {
            *error = EXPORTS_EXAMPLE_POLYGLOT_SHOP_SHOP_ERROR_OUT_OF_STOCK;
            return false;
        }
    }
    uint8_t percent;
    if (!percent_of(discount, &percent)) {
        *error = EXPORTS_EXAMPLE_POLYGLOT_SHOP_SHOP_ERROR_BAD_VOUCHER;
        return false;
    }
    take(items);
    for (size_t i = 0; i < items->len; i++) {
        count_sale(&items->ptr[i]);
    }
    write_receipt(items, percent, receipt);
    return true;
}

bool exports_example_polyglot_shop_checkout(items_t *items, discount_t *discount, receipt_t *ret, shop_error_t *err) {
    bool is_sold = check_out(items, discount, ret, err);
    exports_example_polyglot_shop_list_item_free(items);
    exports_example_polyglot_shop_discount_free(discount);
    return is_sold;
}

void exports_example_polyglot_shop_sold(guest_list_tuple2_string_u32_t *ret) {
    ret->ptr = array(sales.count, sizeof *ret->ptr);
    ret->len = sales.count;
    for (size_t i = 0; i < sales.count; i++) {
        ret->ptr[i].f0 = copy(&sales.items[i].f0);
        ret->ptr[i].f1 = sales.items[i].f1;
    }
}
