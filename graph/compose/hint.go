package compose

// HintCode is the stable name of a hint.
type HintCode string

// Levels of hints.
const (
	levelWarn  = "WARN"
	levelInfo  = "INFO"
	levelDebug = "DEBUG"
)

// The hints. How serious each is stands at level.
const (
	HintFieldType                    HintCode = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
	HintArgumentType                 HintCode = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
	HintDefaultPresence              HintCode = "INCONSISTENT_DEFAULT_VALUE_PRESENCE"
	HintEntity                       HintCode = "INCONSISTENT_ENTITY"
	HintObjectField                  HintCode = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
	HintInterfaceField               HintCode = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
	HintInputField                   HintCode = "INCONSISTENT_INPUT_OBJECT_FIELD"
	HintUnionMember                  HintCode = "INCONSISTENT_UNION_MEMBER"
	HintInputEnumValue               HintCode = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
	HintOutputEnumValue              HintCode = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
	HintTypeSystemRepeatable         HintCode = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE"
	HintTypeSystemLocations          HintCode = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS"
	HintExecutablePresence           HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"
	HintNoExecutableLocations        HintCode = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION"
	HintExecutableRepeatable         HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE"
	HintExecutableLocations          HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"
	HintDescription                  HintCode = "INCONSISTENT_DESCRIPTION"
	HintArgumentPresence             HintCode = "INCONSISTENT_ARGUMENT_PRESENCE"
	HintFromSubgraphMissing          HintCode = "FROM_SUBGRAPH_DOES_NOT_EXIST"
	HintOverriddenRemovable          HintCode = "OVERRIDDEN_FIELD_CAN_BE_REMOVED"
	HintOverrideRemovable            HintCode = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
	HintOverrideMigration            HintCode = "OVERRIDE_MIGRATION_IN_PROGRESS"
	HintUnusedEnum                   HintCode = "UNUSED_ENUM_TYPE"
	HintNonRepeatableArguments       HintCode = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintMergedNonRepeatableArguments HintCode = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintDirectiveCompositionInfo     HintCode = "DIRECTIVE_COMPOSITION_INFO"
	HintDirectiveCompositionWarn     HintCode = "DIRECTIVE_COMPOSITION_WARN"
	HintRuntimeTypes                 HintCode = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
	HintImplicitUpgrade              HintCode = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
	HintContextualArgument           HintCode = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
)

// level is how serious a hint is.
func (c HintCode) level() string {
	switch c {
	case HintObjectField, HintInterfaceField,
		HintUnionMember, HintOutputEnumValue, HintUnusedEnum, HintTypeSystemRepeatable, HintTypeSystemLocations:
		return levelDebug
	case HintEntity, HintFieldType, HintArgumentType, HintOverriddenRemovable, HintOverrideRemovable, HintOverrideMigration, HintDirectiveCompositionInfo,
		HintImplicitUpgrade, HintContextualArgument, HintMergedNonRepeatableArguments:
		return levelInfo
	default:
		return levelWarn
	}
}
