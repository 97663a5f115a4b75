package config

import "reflect"

// OperationLimits is the [operation_limits] table. The limits hold for every operation, whichever way it came in. 0 turns
// a limit off.
type OperationLimits struct {
	// Deepest nesting of fields; fragments do not count as levels.
	Depth int `toml:"depth"`
	// Most distinct fields of one operation, once its fragments are merged; aliases of one field count once.
	Height int `toml:"height"`
	// Most fields with an alias.
	Aliases int `toml:"aliases"`
	// Most fields at the root, aliases counted each.
	RootFields int `toml:"root_fields"`
	// Most fields altogether; each selection counts one.
	Complexity int `toml:"complexity"`
	// Most tokens of a document.
	Tokens int `toml:"tokens"`
	// Most directives of a document.
	Directives int `toml:"directives"`
	// Greatest size of the variables, as JSON.
	VariablesSize Size `toml:"variables_size"`
	// Deepest nesting of fields below `__schema`, `__type`, `__search` and `__definitions`.
	IntrospectionDepth int `toml:"introspection_depth"`
	// Most entities that one fetch asks a subgraph for.
	Representations int `toml:"representations"`
	// Greatest response to a client, before compression.
	ResponseSize Size `toml:"response_size"`
}

func defaultOperationLimits() OperationLimits {
	return OperationLimits{
		Depth:              15,
		Height:             250,
		Aliases:            50,
		RootFields:         20,
		Complexity:         1000,
		Tokens:             15000,
		Directives:         100,
		VariablesSize:      512 * KiB,
		IntrospectionDepth: 20,
		Representations:    10000,
		ResponseSize:       32 * MiB,
	}
}

// over returns the limits with those that are 0 taken from general.
func (o OperationLimits) over(general OperationLimits) OperationLimits {
	limits, fallback := reflect.ValueOf(&o).Elem(), reflect.ValueOf(general)
	for i := range limits.NumField() {
		if limits.Field(i).IsZero() {
			limits.Field(i).Set(fallback.Field(i))
		}
	}
	return o
}

// ComplexityControl is the [complexity_control] table: the cost of operations by `@cost` and `@listSize`.
type ComplexityControl struct {
	// `measure` reports the cost, `enforce` refuses operations over the limit. Empty: costs are not computed.
	Mode string `toml:"mode" oneof:"measure|enforce"`
	// Greatest cost of one operation.
	Limit int `toml:"limit"`
	// Length that is assumed of a list that does not say its own.
	ListSize int `toml:"list_size"`
}

// The values of ComplexityControl.Mode, besides the empty one.
const (
	ComplexityMeasure = "measure"
	ComplexityEnforce = "enforce"
)

func defaultComplexityControl() ComplexityControl { return ComplexityControl{ListSize: 10} }

func (o ComplexityControl) validate(c *checker, p path) {
	if o.Mode == ComplexityEnforce && o.Limit == 0 {
		c.add(p.child("limit"), `must be greater than zero when mode is "enforce"`)
	}
}
