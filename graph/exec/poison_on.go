//go:build sluice_poison

package exec

// poison is set by the build tag sluice_poison: freed memory is overwritten.
const poison = true
