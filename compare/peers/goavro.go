package peers

import (
	"time"

	"github.com/linkedin/goavro/v2"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// Goavro returns linkedin/goavro, which has no structs: events are maps, and writing begins with a map that is ready.
func Goavro() (Codec[any], error) {
	codec, err := goavro.NewCodec(schemas.OrderEventSchema)
	if err != nil {
		return Codec[any]{}, err
	}
	return Codec[any]{
		Of: goavroOf, Back: goavroBack,
		Append: func(dst []byte, v *any) ([]byte, error) { return codec.BinaryFromNative(dst, *v) },
		Decode: func(src []byte, v *any) error {
			native, rest, err := codec.NativeFromBinary(src)
			if err == nil && len(rest) > 0 {
				err = errLeft
			}
			*v = native
			return err
		},
	}, nil
}

type object = map[string]any

func goavroOf(e *schemas.OrderEvent) *any {
	p := &e.Payload
	payload := object{
		"user_id": branch("string", p.UserID), "total_amount": branch("double", p.TotalAmount), "currency": p.Currency,
		"payment_id": branch("string", p.PaymentID),
		"status":     nil, "items": nil, "shipping_address": nil, "payment_method": nil, "metadata": nil,
	}
	if p.Status != nil {
		payload["status"] = object{"com.pipeline.events.OrderStatus": p.Status.String()}
	}
	if p.PaymentMethod != nil {
		payload["payment_method"] = object{"com.pipeline.events.PaymentMethod": p.PaymentMethod.String()}
	}
	if p.Items != nil {
		items := make([]any, len(p.Items))
		for i, item := range p.Items {
			items[i] = object{
				"sku": item.SKU, "product_name": branch("string", item.ProductName), "quantity": item.Quantity,
				"unit_price": item.UnitPrice, "category": branch("string", item.Category),
			}
		}
		payload["items"] = object{"array": items}
	}
	if a := p.ShippingAddress; a != nil {
		payload["shipping_address"] = object{"com.pipeline.events.Address": object{
			"street": a.Street, "city": a.City, "state": branch("string", a.State), "postal_code": a.PostalCode, "country": a.Country,
		}}
	}
	if p.Metadata != nil {
		entries := object{}
		for k, v := range p.Metadata {
			entries[k] = v
		}
		payload["metadata"] = object{"map": entries}
	}
	return new(any(object{
		"event_id": e.EventID, "event_type": e.EventType.String(), "order_id": e.OrderID, "timestamp": e.Timestamp,
		"source": e.Source, "version": e.Version, "payload": payload,
	}))
}

func branch[T any](name string, p *T) any {
	if p == nil {
		return nil
	}
	return object{name: *p}
}

func goavroBack(v *any) *schemas.OrderEvent {
	e, payload := (*v).(object), (*v).(object)["payload"].(object)
	p := Payload[string, map[string]string]{
		UserID: within[string](payload["user_id"]), TotalAmount: within[float64](payload["total_amount"]),
		Currency: payload["currency"].(string), Status: within[string](payload["status"]),
		PaymentMethod: within[string](payload["payment_method"]), PaymentID: within[string](payload["payment_id"]),
	}
	if items := within[[]any](payload["items"]); items != nil {
		p.Items = make([]Item, len(*items))
		for i := range p.Items {
			item := (*items)[i].(object)
			p.Items[i] = Item{
				item["sku"].(string), within[string](item["product_name"]), item["quantity"].(int32),
				item["unit_price"].(float64), within[string](item["category"]),
			}
		}
	}
	if a := within[object](payload["shipping_address"]); a != nil {
		a := *a
		p.ShippingAddress = &Address{
			a["street"].(string), a["city"].(string), within[string](a["state"]), a["postal_code"].(string), a["country"].(string),
		}
	}
	if entries := within[object](payload["metadata"]); entries != nil {
		p.Metadata = map[string]string{}
		for k, v := range *entries {
			p.Metadata[k] = v.(string)
		}
	}
	return jsonForm.back(&JSONEvent{
		e["event_id"].(string), e["event_type"].(string), e["order_id"].(string), e["timestamp"].(time.Time).UnixMilli(),
		e["source"].(string), e["version"].(string), p,
	})
}

// within returns what is in the one branch of a union's value, nil for null.
func within[T any](v any) *T {
	if v == nil {
		return nil
	}
	for _, in := range v.(object) {
		return new(in.(T))
	}
	return nil
}
