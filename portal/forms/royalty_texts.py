"""What net sales are, as an agreement says unless somebody changes it: in both languages, like every contract."""

BASE = (
    "What the company was paid for this beer, by whoever sold it, less what came back, discounts, value added tax and "
    "beer duty."
)
BASE_VI = (
    "Số tiền công ty nhận được từ loại bia này, dù ai bán, trừ hàng trả lại, giảm giá, thuế giá trị gia tăng và thuế "
    "tiêu thụ đặc biệt."
)
