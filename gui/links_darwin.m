#import <Foundation/Foundation.h>
#include "_cgo_export.h"

// Launch Services hands a clicked link over as an Apple event, not as an argument.
@interface PoplarLinks : NSObject
- (void)open:(NSAppleEventDescriptor *)event reply:(NSAppleEventDescriptor *)reply;
@end

@implementation PoplarLinks
- (void)open:(NSAppleEventDescriptor *)event reply:(NSAppleEventDescriptor *)reply {
	NSString *link = [[event paramDescriptorForKeyword:'----'] stringValue];
	if (link != nil) {
		poplarOpenLink((char *)[link UTF8String]);
	}
}
@end

void poplarListen(void) {
	static PoplarLinks *links; // the manager does not retain it
	links = [[PoplarLinks alloc] init];
	[[NSAppleEventManager sharedAppleEventManager] setEventHandler:links
		andSelector:@selector(open:reply:)
		forEventClass:'GURL'
		andEventID:'GURL'];
}
