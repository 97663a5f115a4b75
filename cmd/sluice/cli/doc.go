// Package cli is the command line of sluice: one file for each subcommand, with flags and printing and no logic of its own.
//
// Exit codes: 0 fine, 1 the input is at fault, 2 usage. Results go to standard output, logs and errors to standard error.
package cli
