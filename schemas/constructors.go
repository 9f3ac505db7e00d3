package schemas

// NewOrderCreated returns the event of a new order. See [Factory.OrderCreated].
func NewOrderCreated(orderID, userID string, items []OrderItem, opts ...Option) *OrderEvent {
	return Factory{}.OrderCreated(orderID, userID, items, opts...)
}

// NewOrderUpdated returns the event of a changed order. See [Factory.OrderUpdated].
func NewOrderUpdated(orderID string, opts ...Option) *OrderEvent {
	return Factory{}.OrderUpdated(orderID, opts...)
}

// NewOrderCancelled returns the event of a cancelled order. See [Factory.OrderCancelled].
func NewOrderCancelled(orderID string, opts ...Option) *OrderEvent {
	return Factory{}.OrderCancelled(orderID, opts...)
}

// NewPaymentAuthorized returns the event of an authorized payment. See [Factory.PaymentAuthorized].
func NewPaymentAuthorized(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return Factory{}.PaymentAuthorized(orderID, paymentID, amount, method, opts...)
}

// NewPaymentCaptured returns the event of a captured payment. See [Factory.PaymentCaptured].
func NewPaymentCaptured(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return Factory{}.PaymentCaptured(orderID, paymentID, amount, method, opts...)
}

// NewPaymentFailed returns the event of a failed payment. See [Factory.PaymentFailed].
func NewPaymentFailed(orderID, paymentID string, amount float64, method PaymentMethod, opts ...Option) *OrderEvent {
	return Factory{}.PaymentFailed(orderID, paymentID, amount, method, opts...)
}

// NewOrderShipped returns the event of an order on its way to an address. See [Factory.OrderShipped].
func NewOrderShipped(orderID string, to Address, opts ...Option) *OrderEvent {
	return Factory{}.OrderShipped(orderID, to, opts...)
}

// NewOrderDelivered returns the event of an order that has arrived. See [Factory.OrderDelivered].
func NewOrderDelivered(orderID string, opts ...Option) *OrderEvent {
	return Factory{}.OrderDelivered(orderID, opts...)
}

// NewOrderReturned returns the event of items that came back. See [Factory.OrderReturned].
func NewOrderReturned(orderID string, items []OrderItem, opts ...Option) *OrderEvent {
	return Factory{}.OrderReturned(orderID, items, opts...)
}
